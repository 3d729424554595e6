"""Reconnect for Flinks: bring people back to broken bank connections."""

"""Maple Budget: a small app with bank connections, as an integrator would write it."""

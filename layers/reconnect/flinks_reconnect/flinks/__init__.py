"""Flinks over HTTP: its words, codes and addresses end here."""

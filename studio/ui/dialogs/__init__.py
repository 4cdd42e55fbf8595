"""Dialogs. Only questions about files wait for an answer; everything else stays open beside the work."""

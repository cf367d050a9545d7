"""Intents written back into the helpdesk: which events count, what is written on a ticket, when it is tried again."""

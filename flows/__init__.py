"""Prefect flows: thin skins over the core. They change the world and decide nothing."""

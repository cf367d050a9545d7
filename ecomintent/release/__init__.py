"""Approval, promotion, rollback and the history of what was champion."""

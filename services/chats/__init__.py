"""Conversations with one to four endpoints at once: a tree of turns, kept as it comes, measured, voted on, exported.

May import the root files and inference. Tested by tests/services/chats/ with answers that live in the test.
"""

from __future__ import annotations

from services.chats.asking import Asking, Live
from services.chats.exchange import feedback_csv, feedback_json, to_markdown
from services.chats.models import (
    MOST_ENDPOINTS,
    Answer,
    AnswerStatus,
    Conversation,
    Figures,
    Listing,
    Rating,
    Setup,
    Turn,
    Vote,
)
from services.chats.service import ChatsService
from services.chats.summary import EndpointSummary, summarise

__all__ = [
    "MOST_ENDPOINTS",
    "Answer",
    "AnswerStatus",
    "Asking",
    "ChatsService",
    "Conversation",
    "EndpointSummary",
    "Figures",
    "Listing",
    "Live",
    "Rating",
    "Setup",
    "Turn",
    "Vote",
    "feedback_csv",
    "feedback_json",
    "summarise",
    "to_markdown",
]

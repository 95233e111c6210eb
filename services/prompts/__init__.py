"""Prompt templates: written with {{variables}}, kept with every version, shared, filled in, taken elsewhere."""

from services.prompts.models import Example, Fault, PromptDraft, PromptKind, PromptTemplate, Rendered
from services.prompts.service import PromptsService
from services.prompts.variables import faults, preview, value_faults, variables

__all__ = [
    "Example",
    "Fault",
    "PromptDraft",
    "PromptKind",
    "PromptTemplate",
    "PromptsService",
    "Rendered",
    "faults",
    "preview",
    "value_faults",
    "variables",
]

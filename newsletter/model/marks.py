"""The strings that stand in a rendition where letters differ: printed by the press, filled in by the mail. Pure."""

from __future__ import annotations

#: Stands for the reader's own unsubscribe address; once in the HTML part, once in the text part.
UNSUBSCRIBE_MARK = "@@UNSUBSCRIBE@@"
#: All marks of a letter.
LETTER_MARKS = (UNSUBSCRIBE_MARK,)

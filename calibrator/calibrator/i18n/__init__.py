"""Fixed texts in English and Chinese, by gettext.

The English text is the key. Other rooms bring their own bilingual `Text` objects
(titles, prompts); what the documents always say stands in
`locales/zh/LC_MESSAGES/calibrator.po`.
"""

from __future__ import annotations

from calibrator.i18n._catalogue import LANGUAGES, bilingual, translator

__all__ = ["LANGUAGES", "bilingual", "translator"]

"""Pages and notebooks in another language, by gettext catalogues; all else stays, byte for byte."""

from klasteryste.translate.catalogue import (
    Message,
    Status,
    catalogue_path,
    extract,
    messages,
    sources,
    status,
)
from klasteryste.translate.document import Document
from klasteryste.translate.localise import localise_file

__all__ = [
    "Document",
    "Message",
    "Status",
    "catalogue_path",
    "extract",
    "localise_file",
    "messages",
    "sources",
    "status",
]

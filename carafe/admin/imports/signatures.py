"""Signatures of file types that are not CSV."""

import re

# The first bytes of other file types.
SIGNATURES = {
    b"PK\x03\x04": "an Excel file or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a compressed file",
    b"BZh": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"\x28\xb5\x2f\xfd": "a compressed file",
    b"Rar!": "a compressed file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file",
}
# Markers near the start of an archive that tell its type.
ARCHIVES = {
    b"mimetypeapplication/vnd.oasis.opendocument": "an OpenDocument file",
    b"Index/Document.iwa": "a Numbers file",
}
TEXTS = {
    re.compile(
        r"(<\?xml[^>]*>\s*)?<(!doctype html|html|head|table|meta|body)\b", re.I
    ): "a web page",
    re.compile(r"<\?xml|<Workbook\b", re.I): "an XML file",
    re.compile(r"\{\\rtf"): "a Word file",
    re.compile(r'\[\s*[\[{]|\{\s*"'): "a JSON file",
}
SAVE_AS = "Save it as “CSV UTF-8” in your spreadsheet app and upload that."

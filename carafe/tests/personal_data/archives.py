"""The pages about the export of personal data, and what it holds."""

import io
import json
import zipfile

PAGE, FILE = "/account/export", "/account/export/file"


def unpack(answer):
    """The archive: the text of each file by its name, JSON as data."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return {n: json.loads(c) if n.endswith(".json") else c.decode() for n, c in files.items()}

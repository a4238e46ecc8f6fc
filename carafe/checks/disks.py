"""The kind of disk that a folder is on."""

from pathlib import Path

from flask import current_app

from carafe.database import db

MOUNTS = Path("/proc/self/mounts")  # Linux

# SQLite's log needs shared memory between processes, and reliable locks; these offer neither.
NETWORK_FILESYSTEMS = {
    *("9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"),
    *("fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
}


def network_disks() -> str | None:
    folders = {Path(current_app.instance_path)}
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        folders.add(Path(db.engine.url.database).parent)
    for folder in sorted(folders):
        if (kind := filesystem_type(folder.resolve())) in NETWORK_FILESYSTEMS:
            return f"{folder} is on a network disk ({kind}), where SQLite files can get corrupted."
    return None


def filesystem_type(folder: Path) -> str | None:
    """Return the type of a folder's file system, such as "ext4"; None if it is unknown."""
    if not MOUNTS.exists():
        return None
    mounts = []
    for line in MOUNTS.read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        # Spaces are octal.
        path = Path(place.encode("latin-1", "replace").decode("unicode_escape"))
        if folder.is_relative_to(path):
            mounts.append((len(path.parts), kind))
    # If two are mounted at the same place, the later one counts.
    mounts.sort(key=lambda mount: mount[0])
    return mounts[-1][1] if mounts else None

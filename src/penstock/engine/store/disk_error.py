"""What the operating system says about a disk, told with a fix."""

from __future__ import annotations

import errno

from penstock.core.error import StoreError

_FULL = "free space on that disk (penstock gc; penstock runs delete), or move the workspace: PENSTOCK_HOME=FOLDER"
_CLOSED = "make the folder writable for this user, or move the workspace: PENSTOCK_HOME=FOLDER"
_FIXES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _CLOSED,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.ENOTDIR: "a file stands where a folder must be: move it, or choose another folder",
    errno.EEXIST: "a file stands where a folder must be: move it, or choose another folder",
    errno.ENAMETOOLONG: "choose a shorter path",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.EIO: "the disk or its connection fails: check it (dmesg), then run again",
}


def disk_error(error: OSError, *, what: str, where: str) -> StoreError:
    """The `StoreError` to raise for an error of the operating system.

    Parameters
    ----------
    error : OSError
        A `StoreError` is returned as it is.
    what : str
        What was tried, for instance ``cannot write a blob``.
    where : str
        The folder or file.
    """
    if isinstance(error, StoreError):
        return error
    said = error.strerror or str(error)
    fix = _FIXES.get(error.errno or 0, "see what the system says above; run again once it is resolved")
    return StoreError(f"{what}: {said.lower() if error.strerror else said}", where=where, fix=fix)

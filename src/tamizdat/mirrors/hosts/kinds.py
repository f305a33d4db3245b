"""The kinds of hosts. A kind is imported when a host of it is used: what it needs must not be everybody's."""

from __future__ import annotations

from tamizdat.mirrors.hosts.host import Host
from tamizdat.mirrors.hosts.secret import Secrets
from tamizdat.model import Settings
from tamizdat.model.hosts import HostSettings


def open_host(settings: Settings, host: HostSettings, secrets: Secrets) -> Host:
    """A host as its settings say. Raises BuildError where something that it needs is missing."""
    # ruff: noqa: PLC0415
    match host.kind:
        case "folder":
            from tamizdat.mirrors.hosts.folder import FolderHost

            return FolderHost(settings, host)
        case "ssh":
            from tamizdat.mirrors.hosts.ssh import SshHost

            return SshHost(settings, host, secrets)
        case "s3":
            from tamizdat.mirrors.hosts.s3 import S3Host

            return S3Host(host, secrets)
        case "git":
            from tamizdat.mirrors.hosts.git import GitHost

            return GitHost(settings, host, secrets)
        case _:
            from tamizdat.mirrors.hosts.ipfs import IpfsHost

            return IpfsHost(settings, host, secrets)

"""A bucket of a store that speaks S3: Amazon's, or one of many others (MinIO, Garage, Ceph, R2, B2 …).

An object is replaced in one step, but not all of them: content first, then lists and signatures, then what is to go.
The first list is written only if nobody else has written it since we looked (If-Match, If-None-Match: RFC 9110, 13.1),
where the store has that. The keys come from the environment or the keyring: ACCESS_KEY and SECRET_KEY.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from tamizdat.errors import BuildError, ReachError, printable
from tamizdat.mirrors.hosts.host import Applied, Change, Sent
from tamizdat.mirrors.hosts.secret import Secrets
from tamizdat.mirrors.hosts.types import type_of
from tamizdat.model.hosts import HostSettings
from tamizdat.release.shipment import LAST, Item

TOGETHER = 8
"""Objects that are sent at a time."""

_DELETED = 1000
"""Objects that one request can delete (API DeleteObjects)."""

_NOT_HERE = ("NotImplemented", "501", "InvalidArgument", "InvalidRequest")
"""What stores say that know no conditional writes."""


class S3Host:
    """See Host."""

    def __init__(self, host: HostSettings, secrets: Secrets) -> None:
        try:
            # ruff: noqa: PLC0415 - 30 MB that only such a host needs
            import botocore.session
            from botocore.config import Config
        except ImportError as error:
            remedy = "install it: python3 -m pip install 'tamizdat[s3]'"
            raise BuildError(f"host “{host.name}” needs botocore\n    -> {remedy}") from error
        self._url, self._bucket, self._scrub = host.url, host.options["bucket"], secrets.scrub
        self._prefix = host.options["prefix"].strip("/") + "/" if "prefix" in host.options else ""
        config = Config(
            connect_timeout=15,
            read_timeout=60,
            retries={"total_max_attempts": 4, "mode": "standard"},
            max_pool_connections=TOGETHER,
            # Newer sums are unknown to many stores; each answer is read back anyway.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if "endpoint" in host.options else "auto"},
        )
        self._client: Any = botocore.session.Session().create_client(
            "s3",
            region_name=host.options.get("region", "us-east-1"),
            endpoint_url=host.options.get("endpoint"),
            aws_access_key_id=secrets.need("access_key"),
            aws_secret_access_key=secrets.need("secret_key"),
            aws_session_token=secrets.get("session_token") or None,
            config=config,
        )

    def address(self, facts: Mapping[str, str]) -> str:
        """See Host."""
        return self._url

    def apply(self, change: Change, sent: Sent) -> Applied:
        """See Host."""
        with self._told():
            first = next((item for item in change.lists), None)
            tag = self._tag(first) if first else ""
            with ThreadPoolExecutor(TOGETHER) as pool:
                waiting = {pool.submit(self._put, item): item for item in change.content}
                try:
                    for each in as_completed(waiting):
                        each.result()
                        sent([waiting[each]])
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
            for item in sorted(change.lists, key=lambda each: LAST.index(each.path)):
                if item is first:
                    self._put_if(item, tag)
                else:
                    self._put(item)
                sent([item])
            for at in range(0, len(change.gone), _DELETED):
                self._delete(change.gone[at : at + _DELETED])
        return Applied()

    def _tag(self, item: Item) -> str:
        """The ETag of what stands at a file's place; "" where nothing does."""
        from botocore.exceptions import ClientError

        try:
            return str(self._client.head_object(Bucket=self._bucket, Key=self._prefix + item.path)["ETag"])
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                return ""
            raise

    def _put(self, item: Item, **condition: str) -> None:
        cache = "no-cache" if item.path in LAST else "public, max-age=300"
        with item.source.open("rb") as body:
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + item.path,
                Body=body,
                ContentType=type_of(item.path),
                CacheControl=cache,
                **condition,
            )

    def _put_if(self, item: Item, tag: str) -> None:
        """Put a file if what stands there is still what we saw."""
        from botocore.exceptions import ClientError

        try:
            self._put(item, **({"IfMatch": tag} if tag else {"IfNoneMatch": "*"}))
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
                remedy = "wait until that is done, then publish again: it refuses if the other one is newer"
                raise BuildError(f"somebody else has just published to {self._bucket}\n    -> {remedy}") from None
            if code not in _NOT_HERE:
                raise
            self._put(item)

    def _delete(self, paths: Sequence[str]) -> None:
        objects = [{"Key": self._prefix + path} for path in paths]
        done = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
        for error in done.get("Errors", [])[:1]:
            raise BuildError(f"{error.get('Key')} cannot be deleted: {printable(str(error.get('Code')))}")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what botocore raises into our errors; its texts may hold keys."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            why = printable(self._scrub(f"{error.operation_name}: {code}"))
            if status >= 500:
                raise ReachError(f"the store answers {status}, {why}") from None
            remedy = "look at the bucket's name, its region, and the rights of the key"
            raise BuildError(f"the store refuses {why}\n    -> {remedy}") from None
        except BotoCoreError as error:
            raise ReachError(f"the store: {printable(self._scrub(str(error)))}") from None

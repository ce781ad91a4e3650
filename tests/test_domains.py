"""What an owner registered, read from a part of the Public Suffix List, is what the whole list says."""

from __future__ import annotations

import pkgutil

from publicsuffixlist import PublicSuffixList

from newsletter.domains import ascii_host, registrable


def test_a_part_of_the_list_tells_what_the_whole_list_tells() -> None:
    whole = PublicSuffixList(accept_unknown=True)
    told = pkgutil.get_data("publicsuffixlist", "public_suffix_list.dat")
    assert told is not None
    rules = [line.split(" ")[0] for line in told.decode("utf-8").splitlines() if line and not line.startswith("//")]
    # Every kind of rule is among them; all of them would take longer than they tell.
    suffixes = [rule.lstrip("!").replace("*", "any") for rule in rules if rule[0] in "!*" or not rule.isascii()]
    suffixes += [*rules[::29], "unknown", "xn--unknown"]
    hosts = [ascii_host(host) for suffix in suffixes for host in (f"a.{suffix}", f"c.b.a.{suffix}")]

    found = {host: registrable(host) for host in hosts if not host.startswith(("*", "!"))}

    assert len(found) > 1000
    assert found == {host: whole.privatesuffix(host) or host for host in found}

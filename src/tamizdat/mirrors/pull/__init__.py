"""Keep a mirror: get the newest true release from addresses that nobody need trust (design/0019-pulling.md).

state.py    what is kept beside the folder: fetched files, addresses, keys that nobody vouched for yet
kept.py     the release that stands in the folder
ask.py      what one address offers
choose.py   the newest of all offers that was signed, its parts maybe from several addresses
fetch.py    files by digest, from several addresses at once
place.py    the tree, put together from kept and fetched files, in the place of the folder
run.py      one run of all that
daemon.py   one run after the other
samples.py  samples for web servers and schedulers
"""

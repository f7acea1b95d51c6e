# Extension: dicts and lists at top level.
from typing import Dict

counts: Dict[str, int] = {}
for word in "the cat and the dog and the bird".split():
    counts[word] = counts.get(word, 0) + 1
print(counts)
for word, count in counts.items():
    if count > 1:
        print(word, count)

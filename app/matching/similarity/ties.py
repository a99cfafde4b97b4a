"""The graph: whom people already know, and where they have been together."""

import math
from collections.abc import Collection, Sequence
from typing import Any

from app.matching.similarity.people import Ties


def acquaintances(ties: Ties, size: int) -> Any:
    """Return who knows whom: symmetric, ones and zeros, nobody knows themselves."""
    import numpy as np  # noqa: PLC0415 - loaded in job processes only
    from scipy import sparse  # noqa: PLC0415

    pairs = np.array([pair for pair in ties.acquainted if pair[0] != pair[1]], dtype=np.int64)
    pairs = pairs.reshape(-1, 2)
    ones = np.ones(len(pairs), dtype=np.float32)
    known = sparse.csr_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    known = known + known.T
    known.data[:] = 1.0
    return known.tocsr()


def adamic_adar(known: Any, groups: Sequence[Collection[int]], size: int) -> Any:
    """Return what people have in common: mutual acquaintances and gatherings, the smaller the more.

    Each counts 1 / log(how many it has) (Adamic and Adar, 2003); two is the least. What many
    gatherings add up to, x, is held below one by x / (1 + x).
    """
    import numpy as np  # noqa: PLC0415 - loaded in job processes only
    from scipy import sparse  # noqa: PLC0415

    degree = np.asarray(known.sum(axis=1)).ravel()
    weight = np.where(degree > 1, 1 / np.log(np.maximum(degree, 2)), 0).astype(np.float32)
    common = known @ sparse.diags(weight) @ known
    if groups:
        where = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        who = np.array([one for group in groups for one in group], dtype=np.int64)
        shares = np.array(
            [1 / math.sqrt(math.log(max(len(group), 2))) for group in groups], dtype=np.float32
        )
        present = sparse.csr_matrix((shares[where], (who, where)), shape=(size, len(groups)))
        together = (present @ present.T).tocsr()
        together.data /= 1 + together.data  # the tenth evening together says less than the first
        common = common + together
    return common.tocsr()


def apart_by_row(ties: Ties, size: int) -> list[list[int]]:
    """Return for each person whom they are never to be shown, themselves first."""
    found = [[one] for one in range(size)]
    for one, other in ties.apart:
        found[one].append(other)
    return found

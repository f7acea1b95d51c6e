# Extension: items of tensors at the top level, by any index.
import torch

places = torch.zeros(3, 3, dtype=torch.long)
first, second = torch.triu_indices(3, 3).unbind(0)
places[first, second] = torch.arange(6)
places[second, first] = torch.arange(6)
print(places.tolist())
places[0] = 9
places[1:, [0, 2]] = 7
places[places == 5] = -1
print(places.tolist())
rows = torch.zeros(2, 2)
rows[:, 1] = torch.tensor([1.0, 2.0])
rows[1] = torch.tensor([3, 4])
rows[..., 0] += 1
print(rows.tolist(), torch.FloatTensor(rows[0]).tolist())

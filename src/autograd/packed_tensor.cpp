#include "autograd/packed_tensor.h"

#include <vector>

namespace wick::autograd {

static thread_local std::vector<Packer> packers;

const Packer* current_packer() { return packers.empty() ? nullptr : &packers.back(); }
void push_packer(Packer packer) { packers.push_back(std::move(packer)); }
void pop_packer() { packers.pop_back(); }

}  // namespace wick::autograd

#include "autograd/packed_tensor.h"

#include <vector>

#include "support/thread_value.h"

namespace wick::autograd {

static thread_local ThreadValue<std::vector<Packer>> packers;

static void choose_packer() { internal::packer = packers->empty() ? nullptr : &packers->back(); }

void push_packer(Packer packer) {
    packers->push_back(std::move(packer));
    choose_packer();
}

void pop_packer() {
    packers->pop_back();
    choose_packer();
}

}  // namespace wick::autograd

#include "runtime/warm_up.h"

#include <cstdint>
#include <link.h>
#include <sys/mman.h>

#include <wick/support/parallel.h>

#include "kernels/targets.h"
#include "ops/tensor_ops.h"
#include "runtime/interpreter.h"
#include "runtime/plan.h"

namespace wick {
namespace {

constexpr uintptr_t kPage = 4096;

bool holds(const dl_phdr_info& object, uintptr_t address) {
    for (int i = 0; i < object.dlpi_phnum; ++i) {
        const auto& segment = object.dlpi_phdr[i];
        const uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && address >= begin && address < begin + segment.p_memsz) return true;
    }
    return false;
}

int enter_object(dl_phdr_info* object, size_t, void*) {
    if (!holds(*object, reinterpret_cast<uintptr_t>(&warm_up))) return 0;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X)) continue;
        const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(kPage - 1);
        const uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        // Where the system knows no such advice, the first calls take their faults.
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ);
    }
    return 1;
}

/// Runs a function of wick's own: what nearly every call passes through (instructions, operators, a product of one row,
/// the vector machine, tensors that come and go) is then in the caches, and its branches are known.
void run_a_layer() {
    constexpr int64_t kSize = 64;
    const auto graph = std::make_shared<jit::Graph>();
    jit::Value* const input = graph->add_input();
    jit::Value* const weight = graph->add_input();
    jit::Value* const bias = graph->add_input();
    jit::Value* const product = graph->insert_op("aten::linear", {input, weight, bias});
    graph->register_output(graph->insert_op("aten::relu", {product}));
    const auto function = make_intrusive<jit::Function>("wick.warm_up", jit::Schema(), graph);
    const std::vector<IValue> arguments{ops::ones({1, kSize}, DType::float32),
                                        ops::ones({kSize, kSize}, DType::float32), ops::ones({kSize}, DType::float32)};
    for (int i = 0; i < 2; ++i) jit::run(*function, arguments);
}

}  // namespace

void warm_up() {
    static const bool warm = [] {
        max_threads();
        kernels::choose_target();
        ::dl_iterate_phdr(enter_object, nullptr);
        run_a_layer();
        return true;
    }();
    (void)warm;
}

void warm_up_archive(const void* bytes, size_t size) {
    // What second-level caches hold.
    constexpr size_t kCache = size_t{1} << 20, kLine = 64;
    if (size > kCache) return;
    for (size_t at = 0; at < size; at += kLine) static_cast<const volatile char*>(bytes)[at];
}

}  // namespace wick

#include "runtime/warm_up.h"

#include <cstdint>
#include <link.h>
#include <sys/mman.h>

#include <wick/support/parallel.h>

#include "kernels/targets.h"

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
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W)) continue;
        const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(kPage - 1);
        const uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        // Where the system knows no such advice, the first calls take their faults.
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ);
    }
    return 1;
}

}  // namespace

void warm_up() {
    static const bool warm = [] {
        max_threads();
        kernels::choose_target();
        ::dl_iterate_phdr(enter_object, nullptr);
        return true;
    }();
    (void)warm;
}

}  // namespace wick

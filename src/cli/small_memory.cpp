// The command line's operator new. A program's text and what it computes are millions of blocks of a few words, and
// malloc, made for every size, takes a quarter of the time of compiling. Blocks of up to kLargest bytes come from here,
// by size classes; larger ones, and all when there is no room, from malloc. (The library leaves the choice to its
// users.)
//
// One range of addresses is reserved and dealt out in spans, each for blocks of one class, so that a pointer tells its
// class. A thread frees to lists of its own and takes from them; a full list goes to those that all threads share, and
// so do the lists of a thread that ends. What was taken for small blocks stays for the next ones, and malloc is told to
// keep as much as programs take and give back from call to call.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <utility>

namespace {

constexpr size_t kStep = 16;  ///< between classes; also the alignment
constexpr size_t kLargest = 512;
constexpr size_t kClasses = kLargest / kStep;
constexpr size_t kSpan = size_t{1} << 17;
constexpr size_t kSpans = size_t{1} << 17;
constexpr uint32_t kFull = 512;  ///< blocks of a list that goes to all

/// A free block: the next one of its list, and in a list's first block the next list.
struct Block {
    Block* next;
    Block* next_list;
};
static_assert(sizeof(Block) <= kStep);

/// What all threads share.
struct Pool {
    std::mutex mutex;
    char* begin = nullptr;
    size_t used = 0;  ///< spans
    bool is_reserved = false;
    Block* lists[kClasses] = {};
    uint8_t class_of[kSpans] = {};
};
constinit Pool g_pool;

/// Blocks of one class that a thread has at hand. Taken from `first`, which `spare` refills, which a shared list or a
/// new span refills.
struct Shelf {
    Block* first;
    Block* spare;
    uint32_t count;  ///< of first
    char* fresh;     ///< never used yet
    char* fresh_end;
};
thread_local constinit Shelf t_shelves[kClasses] = {};

void give_list(size_t number, Block* list) {
    if (!list) return;
    const std::lock_guard lock(g_pool.mutex);
    list->next_list = std::exchange(g_pool.lists[number], list);
}

/// Gives a thread's lists to all when it ends. What it frees after that stays on its shelves.
struct ThreadEnd {
    ~ThreadEnd() {
        for (size_t number = 0; number < kClasses; ++number) {
            Shelf& shelf = t_shelves[number];
            while (shelf.fresh != shelf.fresh_end) {
                shelf.first = new (shelf.fresh) Block{shelf.first, nullptr};
                shelf.fresh += (number + 1) * kStep;
            }
            give_list(number, std::exchange(shelf.first, nullptr));
            give_list(number, std::exchange(shelf.spare, nullptr));
        }
    }
};

thread_local constinit bool t_end_is_watched = false;

[[gnu::noinline]] void watch_thread_end() {
    t_end_is_watched = true;
    thread_local const ThreadEnd end;
    (void)&end;
}

/// Lists of up to some 100,000 values lie in the heap, and its end goes back to the system when it is as large as this.
constexpr int kLargestInHeap = 1 << 22;
constexpr int kKeptOfHeap = 1 << 26;

/// A span of the class, or null. The first is taken before there are threads.
char* take_span(size_t number) {
    if (!std::exchange(g_pool.is_reserved, true)) {
        ::mallopt(M_MMAP_THRESHOLD, kLargestInHeap);
        ::mallopt(M_TRIM_THRESHOLD, kKeptOfHeap);
        void* range =
            ::mmap(nullptr, kSpans * kSpan, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        g_pool.begin = range == MAP_FAILED ? nullptr : static_cast<char*>(range);
    }
    if (!g_pool.begin || g_pool.used == kSpans) return nullptr;
    g_pool.class_of[g_pool.used] = static_cast<uint8_t>(number);
    return g_pool.begin + kSpan * g_pool.used++;
}

[[gnu::noinline]] void* allocate_slowly(size_t size) {
    if (size <= kLargest) {
        if (!t_end_is_watched) watch_thread_end();
        const size_t number = (size + (size == 0) - 1) / kStep;
        const size_t bytes = (number + 1) * kStep;
        Shelf& shelf = t_shelves[number];
        if (shelf.fresh == shelf.fresh_end) {
            const std::lock_guard lock(g_pool.mutex);
            if (Block* list = g_pool.lists[number]) {
                g_pool.lists[number] = list->next_list;
                shelf.first = list->next;
                shelf.count = kFull;
                return list;
            }
            shelf.fresh = take_span(number);
            shelf.fresh_end = shelf.fresh ? shelf.fresh + kSpan / bytes * bytes : nullptr;
            if (shelf.fresh) ::madvise(shelf.fresh, kSpan, MADV_POPULATE_WRITE);
        }
        if (shelf.fresh) return std::exchange(shelf.fresh, shelf.fresh + bytes);
    }
    for (;;) {
        if (void* block = std::malloc(size)) return block;
        const std::new_handler handler = std::get_new_handler();
        if (!handler) throw std::bad_alloc();
        handler();
    }
}

}  // namespace

void* operator new(size_t size) {
    if (size - 1 < kLargest) [[likely]] {
        Shelf& shelf = t_shelves[(size - 1) / kStep];
        if (!shelf.first) {
            shelf.first = std::exchange(shelf.spare, nullptr);
            shelf.count = kFull;
        }
        if (Block* block = shelf.first) [[likely]] {
            shelf.first = block->next;
            --shelf.count;
            return block;
        }
    }
    return allocate_slowly(size);
}

void operator delete(void* pointer) noexcept {
    const size_t offset = static_cast<size_t>(static_cast<char*>(pointer) - g_pool.begin);
    if (offset >= kSpans * kSpan || !g_pool.begin) [[unlikely]]
        return std::free(pointer);
    if (!t_end_is_watched) [[unlikely]]
        watch_thread_end();
    const size_t number = g_pool.class_of[offset / kSpan];
    Shelf& shelf = t_shelves[number];
    if (shelf.count >= kFull) [[unlikely]] {
        give_list(number, std::exchange(shelf.spare, std::exchange(shelf.first, nullptr)));
        shelf.count = 0;
    }
    shelf.first = new (pointer) Block{shelf.first, nullptr};
    ++shelf.count;
}
void operator delete(void* pointer, size_t) noexcept { operator delete(pointer); }

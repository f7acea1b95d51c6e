// The command line's operator new: blocks of all sizes hold what was written to them, whichever thread frees them, and
// a pattern that repeats takes no more memory.

#include <atomic>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <malloc.h>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Held {
    unsigned char* bytes;
    size_t size;
};

Held take(size_t size) {
    auto* bytes = static_cast<unsigned char*>(::operator new(size));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes) % alignof(std::max_align_t), 0u);
    std::memset(bytes, static_cast<int>(size * 7 % 251), size);
    return {bytes, size};
}

void give_back(const Held& held) {
    for (size_t i = 0; i < held.size; ++i) ASSERT_EQ(held.bytes[i], held.size * 7 % 251);
    ::operator delete(held.bytes);
}

size_t resident_pages() {
    size_t total = 0;
    size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident;
}

TEST(SmallMemory, SmallBlocksAreNotOfMalloc) {
    std::vector<Held> held;
    held.reserve(10000);
    const size_t before = ::mallinfo2().uordblks;
    for (size_t i = 0; i < 10000; ++i) held.push_back(take(1 + i % 512));
    EXPECT_EQ(::mallinfo2().uordblks, before);
    held.push_back(take(513));
    EXPECT_GT(::mallinfo2().uordblks, before);
    for (const Held& block : held) give_back(block);
}

TEST(SmallMemory, BlocksOfEverySizeKeepWhatIsInThem) {
    std::vector<Held> held;
    for (size_t round = 0; round < 3; ++round) {
        for (size_t size = 0; size < 2000; ++size) held.push_back(take(size));
        for (size_t i = 0; i < held.size(); i += 2) give_back(std::exchange(held[i], take(i % 600)));
    }
    for (const Held& block : held) give_back(block);
}

TEST(SmallMemory, OneThreadFreesWhatAnotherTook) {
    std::mutex mutex;
    std::vector<Held> waiting;
    std::atomic<int> takers{3};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&, t] {
            for (size_t i = 0; i < 30000; ++i) {
                const Held held = take((i * 31 + t) % 300);
                const std::lock_guard lock(mutex);
                waiting.push_back(held);
            }
            --takers;
        });
    }
    threads.emplace_back([&] {
        for (bool last = false; !last;) {
            last = takers == 0;
            std::vector<Held> taken;
            {
                const std::lock_guard lock(mutex);
                taken.swap(waiting);
            }
            for (const Held& held : taken) give_back(held);
        }
    });
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(waiting.empty());
}

TEST(SmallMemory, WhatIsGivenBackIsTakenAgain) {
    const auto round = [] {
        // Taken here and given back by another thread, which ends.
        std::vector<Held> held;
        for (size_t i = 0; i < 100000; ++i) held.push_back(take(16 + i % 64));
        std::thread([&] {
            for (const Held& block : held) give_back(block);
        }).join();
    };
    for (int i = 0; i < 5; ++i) round();
    // Twenty rounds take 90 MB.
    const size_t before = resident_pages();
    for (int i = 0; i < 20; ++i) round();
    EXPECT_LT(resident_pages(), before + 500);
}

}  // namespace

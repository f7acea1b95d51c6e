#include "support/block_pool.h"

#include <cstring>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "support/address_sanitizer.h"

namespace wick {
namespace {

TEST(BlockPool, BlocksAreAligned) {
    for (size_t bytes : {size_t{1}, size_t{100}, size_t{65535}, size_t{65536}, size_t{70001}, size_t{33} << 20}) {
        void* const block = take_block(bytes);
        ASSERT_TRUE(block) << bytes;
        EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 64, 0u) << bytes;
        std::memset(block, 1, bytes);
        give_block(block, bytes);
    }
}

TEST(BlockPool, ALargeBlockServesTheNextOfItsSize) {
    if (kUnderAddressSanitizer) GTEST_SKIP() << "freed blocks do not serve again";
    constexpr size_t kBytes = 300001;
    void* const first = take_block(kBytes);
    void* const other = take_block(3 * kBytes);
    give_block(first, kBytes);
    give_block(other, 3 * kBytes);
    void* const second = take_block(kBytes + 1000);  // which is the same when it is rounded
    EXPECT_EQ(second, first);
    give_block(second, kBytes + 1000);
}

TEST(BlockPool, HoldsNoMoreThanItsLimit) {
    // More than the pool keeps: what it cannot keep goes back, and nothing is handed out twice.
    std::vector<void*> blocks;
    constexpr size_t kBytes = size_t{4} << 20;
    for (int i = 0; i < 40; ++i) blocks.push_back(take_block(kBytes));
    for (void* block : blocks) give_block(block, kBytes);
    blocks.clear();
    for (int i = 0; i < 40; ++i) {
        blocks.push_back(take_block(kBytes));
        *static_cast<int*>(blocks.back()) = i;
    }
    for (int i = 0; i < 40; ++i) EXPECT_EQ(*static_cast<int*>(blocks[i]), i);
    for (void* block : blocks) give_block(block, kBytes);
}

TEST(BlockPool, ThreadsShareIt) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            for (int i = 0; i < 500; ++i) {
                const size_t bytes = (size_t{1} << 17) + static_cast<size_t>(i % 7) * 40000;
                auto* const block = static_cast<int*>(take_block(bytes));
                block[0] = block[bytes / sizeof(int) - 1] = t * 1000 + i;
                std::this_thread::yield();
                EXPECT_EQ(block[0], t * 1000 + i);
                EXPECT_EQ(block[bytes / sizeof(int) - 1], t * 1000 + i);
                give_block(block, bytes);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace wick

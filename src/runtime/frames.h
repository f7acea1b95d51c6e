#pragma once
// The call stack of one run.

#include <memory>
#include <vector>

#include <wick/support/memory_meter.h>
#include <wick/types/ivalue.h>

#include "runtime/plan.h"

namespace wick::jit {

/// Registers of all frames, in chunks that never move; freed in the reverse order of allocation.
class RegisterStack {
 public:
    RegisterStack() = default;
    RegisterStack(const RegisterStack&) = delete;
    RegisterStack& operator=(const RegisterStack&) = delete;
    ~RegisterStack() {
        if (meter_) meter_->remove(counted_);
    }
    /// `count` values that hold nothing.
    IValue* push(size_t count) {
        while (chunk_ < chunks_.size() && chunks_[chunk_].used + count > chunks_[chunk_].size) ++chunk_;
        if (chunk_ == chunks_.size()) {
            // Small for the many calls that stay shallow, then growing.
            const size_t size = std::max(count, chunks_.empty() ? kFirstChunk : kChunk);
            count_chunk(static_cast<int64_t>(size * sizeof(IValue)));
            chunks_.push_back({std::make_unique<IValue[]>(size), size, 0});
        }
        Chunk& chunk = chunks_[chunk_];
        IValue* registers = chunk.values.get() + chunk.used;
        chunk.used += count;
        return registers;
    }
    /// Gives back the last `count` registers that push returned.
    void pop(IValue* registers, size_t count) {
        for (size_t i = 0; i < count; ++i) {
            // Numbers may stay.
            if (registers[i].is_pointer()) registers[i] = IValue();
        }
        chunks_[chunk_].used -= count;
        while (chunk_ > 0 && chunks_[chunk_].used == 0) --chunk_;
    }

 private:
    /// A deep recursion takes memory too.
    void count_chunk(int64_t bytes) {
        MemoryMeter* meter = MemoryMeterGuard::current();
        if (!meter) return;
        meter->add(bytes);
        counted_ += bytes;
        meter_ = IntrusivePtr<MemoryMeter>(meter);
    }

    static constexpr size_t kFirstChunk = 64;
    static constexpr size_t kChunk = 1024;
    struct Chunk {
        std::unique_ptr<IValue[]> values;
        size_t size;
        size_t used;
    };
    std::vector<Chunk> chunks_;
    size_t chunk_ = 0;
    IntrusivePtr<MemoryMeter> meter_;
    int64_t counted_ = 0;
};

struct Frame {
    const Plan* plan;
    IValue* registers;
    const Instruction* next;  ///< where the frame goes on when it is on top again
    uint32_t result;          ///< register of the caller that takes the return value
};

}  // namespace wick::jit

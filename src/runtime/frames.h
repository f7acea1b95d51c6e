#pragma once
// The call stack of one run.

#include <algorithm>
#include <memory>

#include <wick/support/memory_meter.h>
#include <wick/types/ivalue.h>

#include "runtime/plan.h"

namespace wick::jit {

/// Registers of all frames, in chunks that never move; freed in the reverse order of allocation. The first chunk is
/// here, enough for the many calls that stay shallow, and made as far as it is used.
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
        while (top_->used + count > top_->size) {
            if (!top_->above) add_chunk(std::max(count, kChunk));
            top_ = top_->above.get();
        }
        IValue* registers = top_->values + top_->used;
        top_->used += count;
        for (; top_->made < top_->used; ++top_->made) std::construct_at(top_->values + top_->made);
        return registers;
    }
    /// Gives back the last `count` registers that push returned.
    void pop(IValue* registers, size_t count) {
        for (size_t i = 0; i < count; ++i) {
            // Numbers may stay.
            if (registers[i].is_pointer()) registers[i] = IValue();
        }
        top_->used -= count;
        while (top_->below && top_->used == 0) top_ = top_->below;
    }

 private:
    static constexpr size_t kFirstChunk = 48;
    static constexpr size_t kChunk = 1024;
    struct Chunk {
        IValue* values;
        size_t size;
        Chunk* below;
        size_t made = 0;  ///< values that are constructed; those in use are among them, the others need no destructor
        size_t used = 0;
        std::unique_ptr<Chunk> above = nullptr;
        std::unique_ptr<IValue[]> owned = nullptr;
    };

    /// On top of the last one. A deep recursion takes memory too.
    void add_chunk(size_t size) {
        if (MemoryMeter* meter = MemoryMeterGuard::current()) {
            const auto bytes = static_cast<int64_t>(size * sizeof(IValue));
            meter->add(bytes);
            counted_ += bytes;
            meter_ = IntrusivePtr<MemoryMeter>(meter);
        }
        auto values = std::make_unique<IValue[]>(size);
        top_->above.reset(new Chunk{values.get(), size, top_, size});
        top_->above->owned = std::move(values);
    }

    alignas(IValue) std::byte first_values_[kFirstChunk * sizeof(IValue)];
    Chunk first_{reinterpret_cast<IValue*>(first_values_), kFirstChunk, nullptr};
    Chunk* top_ = &first_;
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

#pragma once
// Batches of sequences, as recurrent layers and packed sequences hold them.
//
// A batch is always held as PyTorch packs it: rows of step 0, rows of step 1, …, where step t has batch_sizes[t] rows
// and these numbers never grow; a padded batch has all steps equal. Row r of every step belongs to sequence r. The
// state of a sequence that has ended just stays; one that begins (backwards) starts from its initial state.

#include <cstdint>
#include <vector>

#include "ops/registry.h"

namespace wick::jit {

/// Rows of all steps.
struct Steps {
    std::vector<int64_t> sizes, offsets;
    int64_t rows = 0;
    void push(int64_t size) {
        sizes.push_back(size);
        offsets.push_back(rows);
        rows += size;
    }
};

/// The steps of packed data with that many rows; OpError when they don't add up to it, or grow.
Steps read_batch_sizes(const Tensor& batch_sizes, int64_t rows);

// Called by register_nn_rnn (families.h).
void register_rnn_by_parts(Registry& ops);
void register_packed_sequences(Registry& ops);

}  // namespace wick::jit

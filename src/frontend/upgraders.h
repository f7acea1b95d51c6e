#pragma once
// What old archives mean. An operator whose meaning or signature changed keeps, for files written before the change, its
// old schema and a body in today's operators; the emitter matches the old schema and calls the body instead.
// Versions and meanings: PyTorch's torch/csrc/jit/operator_upgraders/version_map.cpp and caffe2/serialize/versions.h.

#include <cstdint>
#include <string>
#include <string_view>

#include <wick/types/schema.h>

namespace wick::jit {

struct Graph;

struct Upgrader {
    std::string_view operator_name;  ///< "aten::div.Tensor"
    int64_t changed_in;              ///< files of a lower version have the old meaning
    std::string_view schema;         ///< as it was
    std::string_view body;           ///< a TorchScript `def` with the old schema's arguments

    /// The parsed `schema`.
    const Schema& old_schema() const;
    /// The compiled `body`: compiled once, shared and read-only. Thread-safe.
    const Graph& body_graph() const;
};

/// The upgrader of an overload for files of `version`, or null when today's operator means the same.
const Upgrader* find_upgrader(const Schema& schema, int64_t version);

/// The file version from which on the overload is what it is today, or 0: what a file that uses it must claim at least.
int64_t operator_version(const Schema& schema);

}  // namespace wick::jit

#pragma once
// Blocks of bytes that keep what they lie in alive, little-endian reads out of them, and the two ways a file is made.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wick::archive {

/// A read-only block and its owner (a mapping, a string, or nothing: the caller keeps the memory valid).
struct Bytes {
    const char* data = nullptr;
    size_t size = 0;
    std::shared_ptr<const void> owner;

    std::string_view view() const { return {data, size}; }
    /// The caller guarantees that [offset, offset + count) lies inside.
    Bytes slice(size_t offset, size_t count) const { return {data + offset, count, owner}; }

    static Bytes of(std::string text);
};

/// Maps a whole file, privately and read-only; the mapping lives as long as the returned block or a slice of it. The
/// file must not be truncated meanwhile. Throws ArchiveError naming the path.
Bytes map_file(const std::string& path);

/// Little-endian number at an address that need not be aligned.
template <class T>
T load_le(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class T>
void append_le(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Takes the bytes of a file from first to last.
using Sink = std::function<void(const void* data, size_t size)>;

/// A file that appears whole or not at all: written beside its place and renamed there by commit(); without commit it
/// vanishes, and what was in its place stays. Links and permissions of a file that is replaced are kept; devices and
/// pipes are written to directly. Throws wick::Error naming the path when the disk refuses.
class AtomicFile {
 public:
    explicit AtomicFile(std::string path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const void* data, size_t size);
    void commit();
    Sink sink() {
        return [this](const void* data, size_t size) { write(data, size); };
    }

 private:
    [[noreturn]] void fail(const char* what) const;
    void discard();

    std::string path_;
    std::string place_;      // path_ without links
    std::string temporary_;  // empty when written to directly
    std::FILE* file_ = nullptr;
};

/// Appends to a string.
Sink string_sink(std::string& out);

}  // namespace wick::archive

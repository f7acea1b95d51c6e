#include "archive/bytes.h"

#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wick/support/check.h>

static_assert(std::endian::native == std::endian::little,
              "archives hold little-endian tensors that are mapped as they are");

namespace wick::archive {

Bytes Bytes::of(std::string text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    return {owner->data(), owner->size(), owner};
}

Bytes map_file(const std::string& path) {
    auto fail = [&](const char* what) -> ArchiveError {
        return ArchiveError("", -1, fmt::format("{}: cannot {}: {}", path, what, std::strerror(errno)));
    };
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw fail("open the file");
    struct Closer {
        int descriptor;
        ~Closer() { ::close(descriptor); }
    } closer{descriptor};

    struct stat info {};
    if (::fstat(descriptor, &info) != 0) throw fail("read the file's size");
    if (!S_ISREG(info.st_mode)) throw ArchiveError("", -1, fmt::format("{}: not a regular file", path));
    const size_t size = static_cast<size_t>(info.st_size);
    if (size == 0) return {};

    void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) throw fail("map the file");
    std::shared_ptr<const void> owner(data,
                                      [size](const void* mapping) { ::munmap(const_cast<void*>(mapping), size); });
    return {static_cast<const char*>(data), size, std::move(owner)};
}

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), temporary_(path_ + ".XXXXXX") {
    const int descriptor = ::mkostemp(temporary_.data(), O_CLOEXEC);
    if (descriptor < 0) throw Error(fmt::format("{}: cannot create the file: {}", path_, std::strerror(errno)));
    // mkostemp makes the file private; give it what a plain open would have given.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(descriptor, 0666 & ~mask);
    file_ = ::fdopen(descriptor, "wb");
}

AtomicFile::~AtomicFile() {
    if (!file_) return;
    std::fclose(file_);
    ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, size_t size) {
    if (std::fwrite(data, 1, size, file_) != size)
        throw Error(fmt::format("{}: cannot write: {}", path_, std::strerror(errno)));
}

void AtomicFile::commit() {
    const bool written = std::fflush(file_) == 0 && std::ferror(file_) == 0;
    if (!written || ::rename(temporary_.c_str(), path_.c_str()) != 0)
        throw Error(fmt::format("{}: cannot write: {}", path_, std::strerror(errno)));
    std::fclose(std::exchange(file_, nullptr));
}

Sink string_sink(std::string& out) {
    return [&out](const void* data, size_t size) { out.append(static_cast<const char*>(data), size); };
}

}  // namespace wick::archive

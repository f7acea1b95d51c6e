#include "archive/bytes.h"

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdlib>
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

    // Entering the pages now costs a tenth of a fault for each later. A file that may exceed the memory left is read
    // ahead.
    constexpr size_t kPopulated = size_t{512} << 20;
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | (size <= kPopulated ? MAP_POPULATE : 0), descriptor, 0);
    if (data == MAP_FAILED) throw fail("map the file");
    if (size > kPopulated) ::madvise(data, size, MADV_WILLNEED);
    std::shared_ptr<const void> owner(data,
                                      [size](const void* mapping) { ::munmap(const_cast<void*>(mapping), size); });
    return {static_cast<const char*>(data), size, std::move(owner)};
}

namespace {

/// A new file beside `path`, named after it; `name` receives its name.
int create_beside(const std::string& path, mode_t mode, std::string& name) {
    static std::atomic<uint64_t> counter{0};
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
        name = fmt::format("{}.{}.{}", path, ::getpid(), counter++);
        const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor >= 0 || errno != EEXIST) return descriptor;
    }
    return -1;
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), place_(path_) {
    struct stat info {};
    const bool exists = ::stat(path_.c_str(), &info) == 0;
    // Devices and pipes stay what they are: nothing can be put in their place.
    const bool replaces = !exists || S_ISREG(info.st_mode);
    if (exists && replaces) {
        // A link stays a link: what it leads to is replaced.
        if (const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path_.c_str(), nullptr), &std::free);
            real)
            place_ = real.get();
    }
    const int descriptor =
        replaces ? create_beside(place_, 0666, temporary_) : ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) {
        temporary_.clear();
        fail("create the file");
    }
    if (exists && replaces) ::fchmod(descriptor, info.st_mode & 07777);
    file_ = ::fdopen(descriptor, "wb");
    if (!file_) {
        ::close(descriptor);
        discard();
        fail("create the file");
    }
}

AtomicFile::~AtomicFile() {
    if (!file_) return;
    std::fclose(file_);
    discard();
}

void AtomicFile::fail(const char* what) const {
    throw Error(fmt::format("{}: cannot {}: {}", path_, what, std::strerror(errno)));
}

void AtomicFile::discard() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, size_t size) {
    if (std::fwrite(data, 1, size, file_) != size) fail("write");
}

void AtomicFile::commit() {
    if (std::fflush(file_) != 0) fail("write");
    if (!temporary_.empty()) {
        // The name must not reach the disk before the contents do.
        if (::fsync(::fileno(file_)) != 0) fail("write");
        if (::rename(temporary_.c_str(), place_.c_str()) != 0) fail("write");
    }
    std::fclose(std::exchange(file_, nullptr));
}

Sink string_sink(std::string& out) {
    return [&out](const void* data, size_t size) { out.append(static_cast<const char*>(data), size); };
}

}  // namespace wick::archive

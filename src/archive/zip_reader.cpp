#include <algorithm>

#include <wick/support/check.h>

#include "archive/deflate.h"
#include "archive/zip.h"
#include "archive/zip_format.h"

namespace wick::archive {

using namespace zip;

namespace {

[[noreturn]] void fail(uint64_t offset, const std::string& message) {
    throw ArchiveError("", static_cast<int64_t>(offset), message);
}

[[noreturn]] void fail(std::string_view record, uint64_t offset, const std::string& message) {
    throw ArchiveError(std::string(record), static_cast<int64_t>(offset), message);
}

/// Replaces the 32-bit fields that are marked so by those of the zip64 extra field, in the order the format gives.
void apply_zip64(std::string_view extra, std::string_view name, uint64_t at, uint64_t& size, uint64_t& stored,
                 uint64_t& offset) {
    if (size != kInZip64 && stored != kInZip64 && offset != kInZip64) return;
    while (extra.size() >= 4) {
        const uint16_t id = load_le<uint16_t>(extra.data());
        const uint16_t length = load_le<uint16_t>(extra.data() + 2);
        extra.remove_prefix(4);
        if (length > extra.size()) fail(name, at, "extra field runs past its end");
        if (id == kExtraZip64) {
            std::string_view field = extra.substr(0, length);
            for (uint64_t* value : {&size, &stored, &offset}) {
                if (*value != kInZip64) continue;
                if (field.size() < 8) fail(name, at, "zip64 field is too short");
                *value = load_le<uint64_t>(field.data());
                field.remove_prefix(8);
            }
            return;
        }
        extra.remove_prefix(length);
    }
}

}  // namespace

bool ZipReader::looks_like_zip(const Bytes& file) {
    return file.size >= 4 && load_le<uint32_t>(file.data) == kLocalSignature;
}

ZipReader::ZipReader(Bytes file, ZipLimits limits) : file_(std::move(file)), limits_(limits) {
    read_directory(find_directory());
    check_overlaps();
}

ZipReader::Directory ZipReader::find_directory() const {
    const uint64_t size = file_.size;
    if (size < kEndSize) fail(0, fmt::format("not a ZIP archive: the file has only {} bytes", size));
    // The end record is the last thing in the file but for a comment, whose length it tells.
    const uint64_t lowest = size - kEndSize > kMaxComment ? size - kEndSize - kMaxComment : 0;
    uint64_t end = size - kEndSize;
    while (load_le<uint32_t>(file_.data + end) != kEndSignature ||
           end + kEndSize + load_le<uint16_t>(file_.data + end + 20) != size) {
        if (end == lowest) fail(size, "not a ZIP archive, or cut off: there is no end-of-central-directory record");
        --end;
    }
    const char* record = file_.data + end;
    Directory directory{load_le<uint32_t>(record + 16), load_le<uint32_t>(record + 12), load_le<uint16_t>(record + 10)};
    const uint64_t disks = load_le<uint16_t>(record + 4) | load_le<uint16_t>(record + 6);
    uint64_t limit = end;

    if (end >= kLocator64Size && load_le<uint32_t>(record - kLocator64Size) == kLocator64Signature) {
        const uint64_t at = load_le<uint64_t>(record - kLocator64Size + 8);
        const uint64_t highest = end - kLocator64Size;
        if (highest < kEnd64Size || at > highest - kEnd64Size || load_le<uint32_t>(file_.data + at) != kEnd64Signature)
            fail(end - kLocator64Size, "the zip64 locator does not point to a zip64 end record");
        const char* record64 = file_.data + at;
        directory = {load_le<uint64_t>(record64 + 48), load_le<uint64_t>(record64 + 40),
                     load_le<uint64_t>(record64 + 32)};
        limit = at;
    } else if (disks != 0 && disks != 0xffff) {
        fail(end, "archives in several parts are not supported");
    }
    if (directory.offset > limit || directory.size > limit - directory.offset)
        fail(end, fmt::format("the central directory (offset {}, {} bytes) lies outside of the file", directory.offset,
                              directory.size));
    if (directory.count > directory.size / kCentralHeaderSize)
        fail(end, fmt::format("{} directory entries do not fit in {} bytes", directory.count, directory.size));
    return directory;
}

void ZipReader::read_directory(const Directory& directory) {
    const uint64_t end = directory.offset + directory.size;
    uint64_t at = directory.offset;
    uint64_t inflated = 0;
    records_.reserve(directory.count);
    for (uint64_t i = 0; i < directory.count; ++i) {
        if (end - at < kCentralHeaderSize || load_le<uint32_t>(file_.data + at) != kCentralSignature)
            fail(at, fmt::format("entry {} of the central directory is damaged", i));
        const char* header = file_.data + at;
        const uint64_t name_size = load_le<uint16_t>(header + 28);
        const uint64_t extra_size = load_le<uint16_t>(header + 30);
        const uint64_t comment_size = load_le<uint16_t>(header + 32);
        if (end - at - kCentralHeaderSize < name_size + extra_size + comment_size)
            fail(at, fmt::format("entry {} runs past the end of the central directory", i));
        const std::string_view full_name(header + kCentralHeaderSize, name_size);

        ZipRecord record;
        record.crc = load_le<uint32_t>(header + 16);
        record.stored_size = load_le<uint32_t>(header + 20);
        record.size = load_le<uint32_t>(header + 24);
        record.header_offset = load_le<uint32_t>(header + 42);
        apply_zip64({full_name.data() + name_size, extra_size}, full_name, at, record.size, record.stored_size,
                    record.header_offset);

        const size_t slash = full_name.find('/');
        if (full_name.find('\0') != std::string_view::npos) fail(at, "a record's name contains a zero byte");
        if (slash == std::string_view::npos || slash == 0)
            fail(full_name, at, fmt::format("file in archive is not in a subdirectory: {}", full_name));
        if (i == 0) top_folder_ = full_name.substr(0, slash);
        if (full_name.substr(0, slash) != top_folder_)
            fail(full_name, at, fmt::format("record lies outside of the archive's folder '{}'", top_folder_));
        record.name = full_name.substr(slash + 1);

        if (load_le<uint16_t>(header + 8) & kFlagEncrypted)
            fail(record.name, at, "encrypted records are not supported");
        const uint16_t method = load_le<uint16_t>(header + 10);
        if (method != kMethodStored && method != kMethodDeflated)
            fail(record.name, at, fmt::format("unknown compression method {}", method));
        record.deflated = method == kMethodDeflated;
        if (!record.deflated && record.size != record.stored_size)
            fail(record.name, at,
                 fmt::format("a stored record has two sizes, {} and {}", record.size, record.stored_size));
        if (record.deflated) {
            if (record.size > (uint64_t{1} << 20) && record.size / limits_.max_ratio > record.stored_size)
                fail(record.name, at,
                     fmt::format("{} bytes would become {}, more than {} times as many", record.stored_size,
                                 record.size, limits_.max_ratio));
            if (record.size > limits_.max_inflated - inflated)
                fail(record.name, at,
                     fmt::format("compressed records would become more than {} bytes", limits_.max_inflated));
            inflated += record.size;
        }
        locate_data(record, full_name, directory.offset);
        at += kCentralHeaderSize + name_size + extra_size + comment_size;
        // Folder entries, which some archivers add, hold nothing.
        if (record.name.empty() || record.name.back() == '/') {
            if (record.size != 0) fail(full_name, at, "a folder entry has contents");
            continue;
        }
        if (!index_.emplace(record.name, records_.size()).second)
            fail(record.name, at, "the archive has two records of this name");
        records_.push_back(std::move(record));
    }
    if (records_.empty()) fail(directory.offset, "archive does not contain any files");
}

void ZipReader::locate_data(ZipRecord& record, std::string_view full_name, uint64_t directory_offset) const {
    const uint64_t at = record.header_offset;
    if (directory_offset < kLocalHeaderSize || at > directory_offset - kLocalHeaderSize)
        fail(record.name, at, "the record's header lies outside of the file");
    const char* header = file_.data + at;
    if (load_le<uint32_t>(header) != kLocalSignature) fail(record.name, at, "the record has no local header here");
    const uint64_t name_size = load_le<uint16_t>(header + 26);
    const uint64_t extra_size = load_le<uint16_t>(header + 28);
    const uint64_t room = directory_offset - at - kLocalHeaderSize;
    if (room < name_size + extra_size) fail(record.name, at, "the record's local header runs past the end of the file");
    if (std::string_view(header + kLocalHeaderSize, name_size) != full_name)
        fail(record.name, at, "the local header names another record");
    const bool deflated = load_le<uint16_t>(header + 8) == kMethodDeflated;
    if (deflated != record.deflated)
        fail(record.name, at, "local header and directory name different compression methods");
    record.data_offset = at + kLocalHeaderSize + name_size + extra_size;
    if (record.stored_size > directory_offset - record.data_offset)
        fail(record.name, record.data_offset,
             fmt::format("{} bytes of data run past the end of the file", record.stored_size));
}

void ZipReader::check_overlaps() const {
    std::vector<const ZipRecord*> ordered;
    for (const ZipRecord& record : records_) ordered.push_back(&record);
    std::sort(ordered.begin(), ordered.end(), [](auto* a, auto* b) { return a->header_offset < b->header_offset; });
    for (size_t i = 1; i < ordered.size(); ++i) {
        const ZipRecord& before = *ordered[i - 1];
        if (before.data_offset + before.stored_size > ordered[i]->header_offset)
            fail(ordered[i]->name, ordered[i]->header_offset,
                 fmt::format("the record overlaps record '{}'", before.name));
    }
}

const ZipRecord* ZipReader::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &records_[found->second];
}

Bytes ZipReader::read(std::string_view name, Verify verify) const {
    const ZipRecord* record = find(name);
    if (!record) throw ArchiveError(std::string(name), -1, "the archive has no such record");
    return read(*record, verify);
}

Bytes ZipReader::read(const ZipRecord& record, Verify verify) const {
    if (record.deflated) return inflate(record);
    Bytes bytes = file_.slice(record.data_offset, record.stored_size);
    if (verify == Verify::crc && checksum({bytes.data, bytes.size}) != record.crc)
        fail(record.name, record.data_offset, "the record is damaged: its checksum differs");
    return bytes;
}

Bytes ZipReader::inflate(const ZipRecord& record) const {
    std::optional<std::string> contents =
        inflated({file_.data + record.data_offset, record.stored_size}, record.size, DeflateFormat::bare);
    if (!contents || checksum(*contents) != record.crc)
        fail(record.name, record.data_offset,
             "the record is damaged: it does not decompress to what the directory says");
    return Bytes::of(*std::move(contents));
}

}  // namespace wick::archive

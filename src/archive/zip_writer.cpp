#include <zlib.h>

#include <wick/support/check.h>

#include "archive/zip.h"
#include "archive/zip_format.h"

namespace wick::archive {

using namespace zip;

namespace {

constexpr uint16_t kFlags = kFlagDescriptor | kFlagUtf8;
constexpr uint16_t kVersionZip64 = 45;
constexpr uint16_t kMadeBy = 0x031e;  // as PyTorch's archives say: version 3.0, Unix

uint32_t field32(uint64_t value) { return value >= kInZip64 ? kInZip64 : static_cast<uint32_t>(value); }

}  // namespace

ZipWriter::ZipWriter(Sink sink, std::string top_folder) : sink_(std::move(sink)), top_folder_(std::move(top_folder)) {
    WICK_CHECK(!top_folder_.empty() && top_folder_.find('/') == std::string::npos,
               "'{}' cannot be an archive's top folder", top_folder_);
}

void ZipWriter::emit(std::string_view bytes) {
    sink_(bytes.data(), bytes.size());
    position_ += bytes.size();
}

void ZipWriter::add(const std::string& name, const void* data, size_t size) {
    Entry entry{top_folder_ + "/" + name, 0, size, position_};
    WICK_CHECK(!name.empty() && entry.full_name.size() <= 0xffff, "'{}' cannot be a record's name", name);
    entry.crc = static_cast<uint32_t>(::crc32_z(0, static_cast<const Bytef*>(data), size));
    const bool large = size >= kInZip64;

    std::string header;
    append_le(header, kLocalSignature);
    append_le<uint16_t>(header, large ? kVersionZip64 : 0);
    append_le(header, kFlags);
    append_le(header, kMethodStored);
    append_le<uint32_t>(header, 0);  // time, date
    append_le<uint32_t>(header, 0);  // the checksum follows in the descriptor, as do the sizes
    append_le<uint32_t>(header, large ? kInZip64 : 0);
    append_le<uint32_t>(header, large ? kInZip64 : 0);
    append_le<uint16_t>(header, static_cast<uint16_t>(entry.full_name.size()));

    std::string extra;
    if (large) {
        append_le(extra, kExtraZip64);
        append_le<uint16_t>(extra, 16);
        append_le<uint64_t>(extra, size);
        append_le<uint64_t>(extra, size);
    }
    const uint64_t start = position_ + kLocalHeaderSize + entry.full_name.size() + extra.size() + 4;
    const uint64_t padding = (kDataAlignment - start % kDataAlignment) % kDataAlignment;
    extra += "FB";
    append_le<uint16_t>(extra, static_cast<uint16_t>(padding));
    extra.append(padding, 'Z');
    append_le<uint16_t>(header, static_cast<uint16_t>(extra.size()));

    emit(header + entry.full_name + extra);
    sink_(data, size);
    position_ += size;

    std::string descriptor;
    append_le(descriptor, kDescriptorSignature);
    append_le(descriptor, entry.crc);
    for (int i = 0; i < 2; ++i) {
        if (large)
            append_le<uint64_t>(descriptor, size);
        else
            append_le<uint32_t>(descriptor, static_cast<uint32_t>(size));
    }
    emit(descriptor);
    entries_.push_back(std::move(entry));
}

void ZipWriter::finish() {
    const uint64_t directory = position_;
    for (const Entry& entry : entries_) {
        std::string extra;
        if (entry.size >= kInZip64) {
            append_le<uint64_t>(extra, entry.size);
            append_le<uint64_t>(extra, entry.size);
        }
        if (entry.header_offset >= kInZip64) append_le<uint64_t>(extra, entry.header_offset);
        if (!extra.empty()) {
            std::string head;
            append_le(head, kExtraZip64);
            append_le<uint16_t>(head, static_cast<uint16_t>(extra.size()));
            extra.insert(0, head);
        }
        std::string header;
        append_le(header, kCentralSignature);
        append_le<uint16_t>(header, 0);
        append_le<uint16_t>(header, extra.empty() ? 0 : kVersionZip64);
        append_le(header, kFlags);
        append_le(header, kMethodStored);
        append_le<uint32_t>(header, 0);
        append_le(header, entry.crc);
        append_le(header, field32(entry.size));
        append_le(header, field32(entry.size));
        append_le<uint16_t>(header, static_cast<uint16_t>(entry.full_name.size()));
        append_le<uint16_t>(header, static_cast<uint16_t>(extra.size()));
        header.append(10, '\0');  // comment, disk, attributes
        append_le(header, field32(entry.header_offset));
        emit(header + entry.full_name + extra);
    }
    const uint64_t size = position_ - directory;
    const uint64_t end64 = position_;
    const uint64_t count = entries_.size();

    std::string end;
    append_le(end, kEnd64Signature);
    append_le<uint64_t>(end, kEnd64Size - 12);
    append_le(end, kMadeBy);
    append_le(end, kVersionZip64);
    append_le<uint64_t>(end, 0);
    append_le<uint64_t>(end, count);
    append_le<uint64_t>(end, count);
    append_le<uint64_t>(end, size);
    append_le<uint64_t>(end, directory);

    append_le(end, kLocator64Signature);
    append_le<uint32_t>(end, 0);
    append_le<uint64_t>(end, end64);
    append_le<uint32_t>(end, 1);

    append_le(end, kEndSignature);
    append_le<uint32_t>(end, 0);
    append_le<uint16_t>(end, static_cast<uint16_t>(std::min<uint64_t>(count, 0xffff)));
    append_le<uint16_t>(end, static_cast<uint16_t>(std::min<uint64_t>(count, 0xffff)));
    append_le(end, field32(size));
    append_le(end, field32(directory));
    append_le<uint16_t>(end, 0);
    emit(end);
}

std::string folder_for_path(const std::string& path) {
    std::string name = path.substr(path.find_last_of("/\\") + 1);
    name = name.substr(0, name.rfind('.'));
    return name.empty() ? "archive" : name;
}

}  // namespace wick::archive

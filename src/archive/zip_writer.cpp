#include <optional>

#include <wick/support/check.h>

#include "archive/deflate.h"
#include "archive/zip.h"
#include "archive/zip_format.h"

namespace wick::archive {

using namespace zip;

namespace {

constexpr uint16_t kFlags = kFlagDescriptor | kFlagUtf8;
constexpr uint16_t kVersionDeflated = 20;
constexpr uint16_t kVersionZip64 = 45;
constexpr uint16_t kMadeBy = 0x031e;  // as PyTorch's archives say: version 3.0, Unix

constexpr uint64_t kHashSeed = 0xcbf29ce484222325;

/// FNV-1a over the bytes and the end of the text.
uint64_t hashed(uint64_t hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return (hash ^ 0xff) * 0x100000001b3;
}

/// The text deflated, unless that saves nothing or a reader could not tell it from a bomb.
std::optional<std::string> worth_deflating(std::string_view text) {
    std::string out = deflated(text);
    if (out.size() >= text.size() || out.size() * ZipLimits().max_ratio <= text.size()) return std::nullopt;
    return out;
}

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
    const std::string_view contents(static_cast<const char*>(data), size);
    add(name, contents, contents, false);
}

void ZipWriter::add_deflated(const std::string& name, std::string_view text) {
    std::optional<std::string> small;
    if (text.size() <= ZipLimits().max_inflated - deflated_) small = worth_deflating(text);
    if (small) deflated_ += text.size();
    add(name, text, small ? *small : text, small.has_value());
}

void ZipWriter::add(const std::string& name, std::string_view contents, std::string_view stored, bool deflated) {
    Entry entry{top_folder_ + "/" + name, 0, stored.size(), contents.size(), position_, deflated};
    WICK_CHECK(!name.empty() && entry.full_name.size() <= 0xffff, "'{}' cannot be a record's name", name);
    entry.crc = checksum(contents);
    const bool large = contents.size() >= kInZip64;

    std::string header;
    append_le(header, kLocalSignature);
    append_le<uint16_t>(header, large ? kVersionZip64 : deflated ? kVersionDeflated : 0);
    append_le(header, kFlags);
    append_le(header, deflated ? kMethodDeflated : kMethodStored);
    append_le<uint32_t>(header, 0);  // time, date
    append_le<uint32_t>(header, 0);  // the checksum follows in the descriptor, as do the sizes
    append_le<uint32_t>(header, large ? kInZip64 : 0);
    append_le<uint32_t>(header, large ? kInZip64 : 0);
    append_le<uint16_t>(header, static_cast<uint16_t>(entry.full_name.size()));

    std::string extra;
    if (large) {
        append_le(extra, kExtraZip64);
        append_le<uint16_t>(extra, 16);
        append_le<uint64_t>(extra, entry.size);
        append_le<uint64_t>(extra, entry.stored_size);
    }
    const uint64_t start = position_ + kLocalHeaderSize + entry.full_name.size() + extra.size() + 4;
    const uint64_t padding = (kDataAlignment - start % kDataAlignment) % kDataAlignment;
    extra += "FB";
    append_le<uint16_t>(extra, static_cast<uint16_t>(padding));
    extra.append(padding, 'Z');
    append_le<uint16_t>(header, static_cast<uint16_t>(extra.size()));

    emit(header + entry.full_name + extra);
    emit(stored);

    std::string descriptor;
    append_le(descriptor, kDescriptorSignature);
    append_le(descriptor, entry.crc);
    for (const uint64_t size : {entry.stored_size, entry.size}) {
        if (large)
            append_le<uint64_t>(descriptor, size);
        else
            append_le<uint32_t>(descriptor, static_cast<uint32_t>(size));
    }
    emit(descriptor);
    entries_.push_back(std::move(entry));
}

std::string ZipWriter::serialization_id() const {
    uint64_t names = kHashSeed;
    uint64_t checksums = kHashSeed;
    for (const Entry& entry : entries_) {
        names = hashed(names, std::string_view(entry.full_name).substr(top_folder_.size() + 1));
        std::string crc;
        append_le(crc, entry.crc);
        checksums = hashed(checksums, crc);
    }
    return fmt::format("{:020}{:020}", names, checksums);
}

void ZipWriter::finish() {
    const uint64_t directory = position_;
    for (const Entry& entry : entries_) {
        std::string extra;
        if (entry.size >= kInZip64) {
            append_le<uint64_t>(extra, entry.size);
            append_le<uint64_t>(extra, entry.stored_size);
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
        append_le<uint16_t>(header, !extra.empty() ? kVersionZip64 : entry.deflated ? kVersionDeflated : 0);
        append_le(header, kFlags);
        append_le(header, entry.deflated ? kMethodDeflated : kMethodStored);
        append_le<uint32_t>(header, 0);
        append_le(header, entry.crc);
        append_le(header, field32(entry.stored_size));
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

}  // namespace wick::archive

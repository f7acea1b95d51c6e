#include "archive/zip.h"

#include <cstdio>
#include <filesystem>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "archive/archive_fixture.h"
#include "archive/zip_format.h"

namespace wick::archive {

static std::string small_archive() {
    std::string out;
    ZipWriter zip(string_sink(out), "top");
    zip.add("version", "3\n");
    zip.add("data/0", std::string(100, 'x'));
    zip.add("empty", "");
    zip.finish();
    return out;
}

static ZipReader open(std::string bytes) { return ZipReader(Bytes::of(std::move(bytes))); }

/// Replaces bytes that occur once, or at the n-th place they occur.
static std::string patched(std::string bytes, size_t at, std::string_view with) {
    return bytes.replace(at, with.size(), with);
}

static size_t central_directory(const std::string& bytes) { return bytes.find("PK\x01\x02"); }

TEST(Zip, ReadsWhatItWrote) {
    const ZipReader zip = open(small_archive());
    EXPECT_EQ(zip.top_folder(), "top");
    ASSERT_EQ(zip.records().size(), 3u);
    EXPECT_EQ(zip.records()[1].name, "data/0");
    EXPECT_EQ(zip.read("version").view(), "3\n");
    EXPECT_EQ(zip.read("data/0").view(), std::string(100, 'x'));
    EXPECT_EQ(zip.read("empty").view(), "");
    EXPECT_EQ(zip.find("nothing"), nullptr);
}

TEST(Zip, AlignsDataAndIsDeterministic) {
    const ZipReader zip = open(small_archive());
    for (const ZipRecord& record : zip.records()) EXPECT_EQ(record.data_offset % 64, 0u) << record.name;
    EXPECT_EQ(small_archive(), small_archive());
}

TEST(Zip, StoredRecordsAreSlicesOfTheFile) {
    const Bytes file = Bytes::of(small_archive());
    const ZipReader zip(file);
    const Bytes data = zip.read("data/0");
    EXPECT_GE(data.data, file.data);
    EXPECT_LT(data.data, file.data + file.size);
}

TEST(Zip, EveryTruncationIsAnError) {
    const std::string whole = small_archive();
    for (size_t size = 0; size < whole.size(); ++size) {
        EXPECT_THROW(open(whole.substr(0, size)), ArchiveError) << size;
    }
}

TEST(Zip, NamesTheDamagedRecord) {
    std::string bytes = small_archive();
    const ZipRecord record = *open(bytes).find("data/0");
    bytes[record.data_offset] = 'y';
    const ZipReader zip = open(bytes);
    EXPECT_EQ(archive_error([&] { zip.read("data/0"); }),
              "record 'data/0', offset 128: the record is damaged: its checksum differs");
    EXPECT_EQ(zip.read("data/0", ZipReader::Verify::nothing).size, 100u);
    EXPECT_EQ(archive_error([&] { zip.read("data/1"); }), "record 'data/1': the archive has no such record");
}

TEST(Zip, RefusesWhatIsNotAnArchive) {
    EXPECT_TRUE(contains(archive_error([] { open(""); }), "not a ZIP archive"));
    EXPECT_TRUE(contains(archive_error([] { open(std::string(1000, 'a')); }), "no end-of-central-directory record"));
}

TEST(Zip, RefusesRecordsOutsideOfTheFile) {
    const std::string bytes = small_archive();
    const size_t entry = central_directory(bytes);
    std::string offset;
    append_le<uint32_t>(offset, 0x7fffffff);
    EXPECT_TRUE(contains(archive_error([&] { open(patched(bytes, entry + 42, offset)); }), "lies outside of the file"));
    EXPECT_TRUE(contains(archive_error([&] { open(patched(patched(bytes, entry + 20, offset), entry + 24, offset)); }),
                         "record 'version', offset 64: 2147483647 bytes of data run past the end of the file"));
    std::string small;
    append_le<uint32_t>(small, 1);
    EXPECT_TRUE(contains(archive_error([&] { open(patched(bytes, entry + 20, small)); }), "two sizes"));
}

TEST(Zip, RefusesOverlapsAndDuplicates) {
    std::string bytes = small_archive();
    // The first record claims to reach over the second one's header.
    std::string size;
    append_le<uint32_t>(size, 60);
    const size_t entry = central_directory(bytes);
    EXPECT_TRUE(contains(archive_error([&] { open(patched(patched(bytes, entry + 20, size), entry + 24, size)); }),
                         "the record overlaps record 'version'"));
    std::string twice;
    ZipWriter writer(string_sink(twice), "top");
    writer.add("a", "1");
    writer.add("a", "2");
    writer.finish();
    EXPECT_TRUE(contains(archive_error([&] { open(twice); }), "record 'a'"));
}

TEST(Zip, RefusesRecordsOutsideOfTheFolder) {
    std::string bytes = small_archive();
    for (size_t at = 0; (at = bytes.find("top/empty", at)) != std::string::npos;) bytes.replace(at, 9, "pot/empty");
    EXPECT_TRUE(contains(archive_error([&] { open(bytes); }), "lies outside of the archive's folder 'top'"));
    bytes = small_archive();
    for (size_t at = 0; (at = bytes.find("top/version", at)) != std::string::npos;)
        bytes.replace(at, 11, "top.version");
    EXPECT_TRUE(contains(archive_error([&] { open(bytes); }), "file in archive is not in a subdirectory"));
}

TEST(Zip, DeflatesTextsWhereThatPays) {
    const std::string poem = "the wind the wind the wind the wind the wind";
    const std::string noise = "\x01\x93q\xfe";
    const std::string bomb(size_t{2} << 20, 'a');
    std::string out;
    ZipWriter writer(string_sink(out), "top");
    writer.add_deflated("poem", poem);
    writer.add_deflated("noise", noise);
    writer.add_deflated("bomb", bomb);
    writer.finish();
    const ZipReader zip = open(out);
    EXPECT_TRUE(zip.find("poem")->deflated);
    EXPECT_LT(zip.find("poem")->stored_size, poem.size());
    EXPECT_FALSE(zip.find("noise")->deflated);
    EXPECT_FALSE(zip.find("bomb")->deflated);
    EXPECT_EQ(zip.read("poem").view(), poem);
    EXPECT_EQ(zip.read("noise").view(), noise);
    EXPECT_EQ(zip.read("bomb").view(), bomb);
}

TEST(Zip, SerializationIdsTellNamesAndContents) {
    const auto id = [](const char* name, const char* text) {
        std::string out;
        ZipWriter writer(string_sink(out), "top");
        writer.add(name, text);
        return writer.serialization_id();
    };
    EXPECT_EQ(id("a", "1").size(), 40u);
    EXPECT_EQ(id("a", "1"), id("a", "1"));
    EXPECT_EQ(id("a", "1").substr(0, 20), id("a", "2").substr(0, 20));
    EXPECT_NE(id("a", "1"), id("a", "2"));
    EXPECT_NE(id("a", "1"), id("b", "1"));
}

TEST(Zip, HoldsMoreRecordsThanTheOldFormatCounts) {
    constexpr int kRecords = 70000;
    std::string out;
    ZipWriter writer(string_sink(out), "top");
    for (int i = 0; i < kRecords; ++i) writer.add(std::to_string(i), i % 2 ? "odd" : "even");
    writer.finish();
    const ZipReader zip = open(out);
    ASSERT_EQ(zip.records().size(), size_t{kRecords});
    EXPECT_EQ(zip.read("69999").view(), "odd");
}

/// Records of more than 4 GiB, and behind 4 GiB. The zeros take no room, neither in memory nor on disk.
TEST(Zip, HoldsMoreThanFourGigabytes) {
    constexpr size_t kLarge = (size_t{4} << 30) + 7;
    void* zeros = ::mmap(nullptr, kLarge, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(zeros, MAP_FAILED);
    const std::string path = std::filesystem::temp_directory_path() / ("wick-large-" + std::to_string(::getpid()));
    {
        std::FILE* file = std::fopen(path.c_str(), "wb");
        ASSERT_TRUE(file);
        ZipWriter writer(
            [&](const void* data, size_t size) {
                if (data == zeros)
                    ASSERT_EQ(std::fseek(file, static_cast<long>(size), SEEK_CUR), 0);
                else
                    ASSERT_EQ(std::fwrite(data, 1, size, file), size);
            },
            "top");
        writer.add("large", zeros, kLarge);
        writer.add("after", "text");
        writer.finish();
        ASSERT_EQ(std::fclose(file), 0);
    }
    ::munmap(zeros, kLarge);
    const ZipReader zip(map_file(path));
    EXPECT_EQ(zip.find("large")->size, kLarge);
    EXPECT_EQ(zip.read("large", ZipReader::Verify::nothing).size, kLarge);
    EXPECT_EQ(zip.read("after").view(), "text");
    std::filesystem::remove(path);
}

/// An archive of one deflated record, as other writers make them.
static std::string deflated_archive(const std::string& text, uint32_t claimed_size) {
    std::string packed(::compressBound(text.size()) + 16, '\0');
    z_stream stream{};
    ::deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);

    const uint32_t crc = static_cast<uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
    const std::string name = "t/code";
    std::string out;
    auto header = [&](uint32_t signature, bool central) {
        append_le(out, signature);
        if (central) append_le<uint16_t>(out, 20);
        append_le<uint16_t>(out, 20);
        append_le<uint16_t>(out, 0);
        append_le(out, zip::kMethodDeflated);
        append_le<uint32_t>(out, 0);
        append_le(out, crc);
        append_le(out, static_cast<uint32_t>(packed.size()));
        append_le(out, claimed_size);
        append_le(out, static_cast<uint16_t>(name.size()));
        append_le<uint16_t>(out, 0);
        if (central) out.append(14, '\0');
        out += name;
    };
    header(zip::kLocalSignature, false);
    out += packed;
    const size_t directory = out.size();
    header(zip::kCentralSignature, true);
    const size_t size = out.size() - directory;
    append_le(out, zip::kEndSignature);
    append_le<uint32_t>(out, 0);
    append_le<uint16_t>(out, 1);
    append_le<uint16_t>(out, 1);
    append_le(out, static_cast<uint32_t>(size));
    append_le(out, static_cast<uint32_t>(directory));
    append_le<uint16_t>(out, 0);
    return out;
}

TEST(Zip, InflatesAndChecksSizes) {
    const std::string text = "some text, some text, some text";
    EXPECT_EQ(open(deflated_archive(text, 31)).read("code").view(), text);
    for (const uint32_t wrong : {0u, 30u, 32u, 1000u}) {
        EXPECT_TRUE(contains(archive_error([&] { open(deflated_archive(text, wrong)).read("code"); }), "record 'code'"))
            << wrong;
    }
}

TEST(Zip, RefusesBombs) {
    const std::string zeros(8 << 20, '\0');
    EXPECT_TRUE(
        contains(archive_error([&] { open(deflated_archive(zeros, 8 << 20)); }), "more than 256 times as many"));
    EXPECT_TRUE(contains(archive_error([&] {
                             ZipReader(Bytes::of(deflated_archive("abc", 3)), {2, 256});
                         }),
                         "compressed records would become more than 2 bytes"));
}

}  // namespace wick::archive

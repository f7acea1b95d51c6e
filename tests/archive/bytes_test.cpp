#include "archive/bytes.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_fixture.h"

namespace wick::archive {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test, gone afterwards.
class AtomicFileTest : public testing::Test {
 protected:
    AtomicFileTest() {
        folder_ = fs::temp_directory_path() / ("wick-atomic-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    ~AtomicFileTest() override { fs::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    size_t files() const { return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {})); }
    static std::string contents(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static void save(const std::string& path, const std::string& text) {
        AtomicFile file(path);
        file.write(text.data(), text.size());
        file.commit();
    }

    fs::path folder_;
};

TEST_F(AtomicFileTest, AppearsWholeOrNotAtAll) {
    {
        AtomicFile file(path("a"));
        file.write("half", 4);
        EXPECT_FALSE(fs::exists(path("a")));
    }
    EXPECT_EQ(files(), 0u);
    save(path("a"), "whole");
    EXPECT_EQ(contents(path("a")), "whole");
    {
        AtomicFile file(path("a"));
        file.write("half", 4);
    }
    EXPECT_EQ(contents(path("a")), "whole");
    EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, KeepsPermissionsAndLinks) {
    save(path("a"), "1");
    fs::permissions(path("a"), fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("a", path("link"));
    save(path("link"), "2");
    EXPECT_TRUE(fs::is_symlink(path("link")));
    EXPECT_EQ(contents(path("a")), "2");
    EXPECT_EQ(fs::status(path("a")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(files(), 2u);
}

TEST_F(AtomicFileTest, WritesIntoPipesAndDevices) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    std::FILE* reader = nullptr;
    {
        const int descriptor = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
        ASSERT_GE(descriptor, 0);
        reader = ::fdopen(descriptor, "rb");
    }
    save(path("pipe"), "text");
    char text[8] = {};
    EXPECT_EQ(std::fread(text, 1, sizeof text, reader), 4u);
    std::fclose(reader);
    EXPECT_TRUE(fs::is_fifo(path("pipe")));
    EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, SaysWhatWentWrong) {
    try {
        AtomicFile file(path("missing/a"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()), path("missing/a") + ": cannot create the file: No such file or directory");
    }
    EXPECT_THROW(save(path("."), "x"), Error);
}

TEST_F(AtomicFileTest, MapFileWantsARegularFile) {
    save(path("a"), "text");
    EXPECT_EQ(map_file(path("a")).view(), "text");
    EXPECT_TRUE(contains(archive_error([&] { map_file(path("missing")); }), "cannot open the file"));
    EXPECT_TRUE(contains(archive_error([&] { map_file(folder_); }), "not a regular file"));
}

}  // namespace
}  // namespace wick::archive

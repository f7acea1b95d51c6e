#include "archive/debug_ranges.h"

#include "archive/archive_fixture.h"
#include "archive/pickler.h"
#include "archive/zip.h"

namespace wick::archive {

TEST(DebugRanges, RoundTrip) {
    const auto source = std::make_shared<const Source>("def f(x):\n    return x\n", "model.py", 7);
    const std::vector<DebugRow> rows{
        {0, {}}, {10, SourceRange(source, 4, 9)}, {30, SourceRange(source, 14, 22)}, {35, {}}};
    DebugTags tags;
    const std::string bytes = write_debug_rows(rows, tags);
    const std::vector<DebugRow> again = read_debug_rows("d", bytes);
    DebugTags fresh;
    EXPECT_EQ(write_debug_rows(again, fresh), bytes);

    const Source::Origin origin = origin_of(again);
    EXPECT_FALSE(origin(5).known());
    EXPECT_EQ(origin(10).location(), "model.py:7:5");
    EXPECT_EQ(origin(29).location(), "model.py:7:5");
    EXPECT_EQ(origin(30).text(), "return x");
    EXPECT_FALSE(origin(35).known());
}

TEST(DebugRanges, ReadsBothFormsOfPyTorch) {
    for (const char* version : {"t113", "t213"}) {
        const ZipReader zip(map_file(std::string(WICK_TEST_DATA "/") + version + "/customs.pt"));
        const std::string name = "code/__torch__/nets.py.debug_pkl";
        const std::vector<DebugRow> rows = read_debug_rows(name, zip.read(name).view());
        ASSERT_GT(rows.size(), 10u);
        EXPECT_TRUE(std::any_of(rows.begin(), rows.end(),
                                [](const DebugRow& row) { return contains(row.range.location(), "nets.py:"); }));
    }
    // The form before string tables: (offset, ((text, file, line), begin, end)).
    const IValue source = make_tuple({IValue("return x"), IValue("m.py"), IValue(3)});
    const IValue row = make_tuple({IValue(5), make_tuple({source, IValue(7), IValue(800)})});
    const std::string bytes = Pickler(PickleDialect::script).pickle(make_tuple({row}));
    EXPECT_EQ(read_debug_rows("d", bytes)[0].range.location(), "m.py:3:8");
}

TEST(DebugRanges, RefusesOtherPickles) {
    const std::string bytes = Pickler(PickleDialect::script).pickle(make_tuple({IValue(1)}));
    EXPECT_TRUE(
        contains(archive_error([&] { read_debug_rows("d", bytes); }), "record 'd': not a table of source ranges"));
    EXPECT_FALSE(origin_in("d", Bytes::of(bytes))(0).known());
}

TEST(DebugRanges, AreReadWhenTheyAreAskedFor) {
    const auto source = std::make_shared<const Source>("return x", "model.py");
    DebugTags tags;
    std::string bytes = write_debug_rows({{0, SourceRange(source, 0, 6)}}, tags);
    const Bytes block = {bytes.data(), bytes.size(), nullptr};
    const Source::Origin early = origin_in("d", block), late = origin_in("d", block);
    EXPECT_EQ(early(3).text(), "return");
    std::fill(bytes.begin(), bytes.end(), '\0');
    EXPECT_EQ(early(3).text(), "return");
    EXPECT_FALSE(late(3).known());
}

}  // namespace wick::archive

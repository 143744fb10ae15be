#include "framework/profile/codec_table.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"
#include "tests/support/common_graphs.h"

namespace branchline::profile {
namespace {

using ::testing::HasSubstr;

CodecTable two_codecs() {
  CodecTable table{"net", "d1", "a set, 10 images", "a machine", {0.8, 0.9}, {}};
  const auto row = [&](int unit, const char* codec, double bytes, double second) {
    table.rows.push_back(
        {unit, codec, 800, bytes, 0.5, 0.1, Duration(1000), Duration(300), {std::nullopt, second}});
  };
  row(1, "raw", 800, 0.9);
  row(1, "int8", 210.4, 0.88);
  row(1, "raw+lz4", 800, 0.9);  // saved nothing
  row(2, "int8", 20, 0.91);
  return table;
}

TEST(CodecTable, IsReadBackAsWritten) {
  const std::vector<CodecTable> tables = {two_codecs(), {"other", "d2", "s", "m", {}, {}}};
  EXPECT_EQ(codec_tables_from_json(to_json(tables), "codecs.json"), tables);
}

TEST(CodecTable, LossIsTheWorstExitsAndNeverBelowNone) {
  const CodecTable table = two_codecs();
  EXPECT_NEAR(accuracy_loss(table, table.rows[1]), 0.02, 1e-12);
  EXPECT_EQ(accuracy_loss(table, table.rows[3]), 0);
}

TEST(CodecTable, GivesPlannersTheCodecsThatSaveBytesWithTimesPerTier) {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.digest = "d1";
  graph = with_codecs(std::move(graph), two_codecs(), {10, 1});
  ASSERT_EQ(graph.units[1].codecs.size(), 1u);
  const graph::CodecOption& int8 = graph.units[1].codecs.front();
  EXPECT_EQ(int8.name, "int8");
  EXPECT_EQ(int8.bytes, 210);
  EXPECT_EQ(int8.encode[0], Duration(10000));
  EXPECT_EQ(int8.encode[1], Duration(1000));
  EXPECT_EQ(int8.decode[1], Duration(300));
  EXPECT_NEAR(int8.accuracy_loss, 0.02, 1e-12);
  EXPECT_TRUE(graph.units[3].codecs.empty());
}

TEST(CodecTable, OfAnotherNetworkIsRefused) {
  EXPECT_THROW(with_codecs(testing::narrow_chain(), two_codecs(), {1, 1}), std::logic_error);
}

TEST(CodecTable, BadFilesAreRefusedWithTheFieldsName) {
  const std::string good = to_json({two_codecs()});
  const auto complaint = [](const std::string& text) -> std::string {
    try {
      codec_tables_from_json(text, "codecs.json");
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  EXPECT_EQ(complaint(good), "");
  EXPECT_THAT(complaint("{"), HasSubstr("codecs.json"));
  EXPECT_THAT(complaint(changed("codecs/1", "codecs/2")), HasSubstr("schema"));
  EXPECT_THAT(complaint(changed("\"encode_ns\": 1000", "\"encode_ns\": -1")),
              HasSubstr("encode_ns"));
  EXPECT_THAT(complaint(changed("0.88", "1.88")), HasSubstr("0..1"));
  EXPECT_THAT(complaint(changed("\"raw_bytes\"", "\"raw\"")), HasSubstr("raw_bytes"));
  EXPECT_THAT(complaint(changed("null,", "")), HasSubstr("one entry per exit"));
}

}  // namespace
}  // namespace branchline::profile

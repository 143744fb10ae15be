#include "framework/runtime/wire_costs.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using graph::ValueId;
using transport::Codec;

graph::LayerGraph picture_network() {
  graph::LayerGraph graph;
  graph.units.resize(3);
  graph.units[0].outputs = {{DType::u8, {1, 32, 32, 3}}};
  graph.units[1].id = 1;
  graph.units[1].inputs = {{0, 0}};
  graph.units[1].outputs = {{DType::f32, {1, 8, 16, 16}}, {DType::i64, {2}}};
  graph.units[2].id = 2;
  graph.units[2].inputs = {{1, 0}};
  graph.units[2].outputs = {{DType::f32, {1, 10}}};
  graph.exits = {{"exit1", {2, 0}, 0.90}};
  return graph;
}

model::ModelManifest manifest(double jpeg, double int8) {
  model::ModelManifest manifest;
  model::InputManifest input;
  input.is_image = true;
  input.jpeg_quality = 77;
  manifest.inputs = {input};
  manifest.codecs = {{"jpeg", {jpeg}}, {"int8", {int8}}};
  return manifest;
}

constexpr ValueId kPicture{0, 0}, kMap{1, 0}, kIndex{1, 1};

TEST(WireCosts, TakesLossyCodecsWhereTheManifestSaysTheyCostLittle) {
  const WireCosts cheap(picture_network(), manifest(0.885, 0.897), 1);
  EXPECT_EQ(cheap.codec(kPicture), Codec::jpeg);
  EXPECT_EQ(cheap.options(kPicture).jpeg_quality, 77);
  EXPECT_EQ(cheap.codec(kMap), Codec::int8);
  EXPECT_EQ(cheap.codec(kIndex), Codec::raw);
  const WireCosts dear(picture_network(), manifest(0.87, 0.89), 1);
  EXPECT_EQ(dear.codec(kPicture), Codec::png);
  EXPECT_EQ(dear.codec(kMap), Codec::fp16);
  const WireCosts unknown(picture_network(), {}, 1);
  EXPECT_EQ(unknown.codec(kMap), Codec::fp16) << "what was never measured is not taken for cheap";
}

TEST(WireCosts, CountsACodecsCostInTheAccuracy) {
  const WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  EXPECT_DOUBLE_EQ(*costs.accuracy(0, {}), 0.90);
  EXPECT_DOUBLE_EQ(*costs.accuracy(0, {kPicture}), 0.885);
  EXPECT_DOUBLE_EQ(*costs.accuracy(0, {kMap}), 0.897);
}

TEST(WireCosts, LearnsWhatPicturesReallyTake) {
  WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  costs.add_sent(kPicture, Codec::jpeg, 1000, std::chrono::microseconds(300));
  EXPECT_EQ(costs.bytes(kPicture), 1000);
  EXPECT_EQ(costs.encode_time(kPicture), std::chrono::microseconds(300));
  costs.add_sent(kPicture, Codec::jpeg, 2000, std::chrono::microseconds(300));
  EXPECT_EQ(costs.bytes(kPicture), 1200);
}

/// int8 takes little time, packing it more; jpeg loses more than it may.
profile::CodecTable measured() {
  profile::CodecTable table{"net", "d", "s", "m", {0.90}, {}};
  const auto row = [&](int unit, const char* codec, double bytes, int encode_us, double right) {
    table.rows.push_back({unit,
                          codec,
                          3072,
                          bytes,
                          0,
                          0,
                          std::chrono::microseconds(encode_us),
                          std::chrono::microseconds(10),
                          {right}});
  };
  row(0, "raw", 3072, 0, 0.90);
  row(0, "png", 1500, 400, 0.90);
  row(0, "jpeg", 700, 50, 0.87);
  row(2, "raw", 40, 0, 0.90);
  row(2, "int8", 18, 1, 0.89);
  row(2, "fp16", 20, 1, 0.898);
  row(2, "fp16+zstd", 10, 2000, 0.898);
  return table;
}

TEST(WireCosts, ChoosesAmongMeasuredCodecsForTheLink) {
  WireCosts costs(picture_network(), manifest(0.885, 0.897), 1, measured());
  EXPECT_EQ(costs.codec(kPicture), Codec::png) << "jpeg was measured to lose too much here";
  costs.choose_for(1e9, true);
  EXPECT_EQ(costs.codec(kPicture), Codec::raw);
  costs.choose_for(1e5, true);
  EXPECT_EQ(costs.codec(kPicture), Codec::png);
  EXPECT_EQ(costs.bytes(kPicture), 1500);
  EXPECT_EQ(costs.encode_time(kPicture), std::chrono::microseconds(400));
  EXPECT_EQ(costs.codec(kMap), Codec::int8) << "two outputs: the rows do not say what one costs";
  const ValueId logits{2, 0};
  EXPECT_EQ(costs.codec(logits), Codec::fp16);
  EXPECT_DOUBLE_EQ(*costs.accuracy(0, {logits}), 0.898);
}

TEST(WireCosts, PacksOnlyForAnEdgeThatUnpacks) {
  WireCosts costs(picture_network(), {}, 1, measured());
  const ValueId logits{2, 0};
  costs.choose_for(1e3, true);
  EXPECT_EQ(costs.codec(logits), Codec::fp16_zstd);
  EXPECT_DOUBLE_EQ(*costs.accuracy(0, {logits}), 0.898);
  costs.choose_for(1e3, false);
  EXPECT_EQ(costs.codec(logits), Codec::fp16);
}

TEST(WireCosts, ASlowDeviceEncodesLess) {
  WireCosts costs(picture_network(), {}, 100, measured());
  costs.choose_for(1e5, true);
  EXPECT_EQ(costs.codec(kPicture), Codec::raw);
}

TEST(WireCosts, ChoosesALevelOfLossAtATime) {
  const WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  ASSERT_EQ(costs.levels(), 4u) << "the usual one; next to no loss; int8's 0.003; jpeg's 0.015";
  EXPECT_EQ(costs.codec(kMap, 1), Codec::fp16);
  EXPECT_EQ(costs.codec(kMap, 2), Codec::int8);
  EXPECT_NE(costs.codec(kPicture, 2), Codec::jpeg);
  WireCosts slow(picture_network(), manifest(0.885, 0.897), 1);
  slow.choose_for(1e4, false);
  EXPECT_EQ(slow.codec(kPicture, 1), Codec::png);
  EXPECT_EQ(slow.codec(kPicture, 3), Codec::jpeg);
  slow.choose_for(1e9, false);
  EXPECT_EQ(slow.codec(kPicture, 3), Codec::raw) << "nothing is faster than not to encode";
  EXPECT_EQ(slow.codec(kPicture), Codec::jpeg) << "without measurements the usual choice stays";
}

TEST(WireCosts, ListsOnlyWaysThatDiffer) {
  WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  costs.choose_for(1e4, false);
  const auto of_picture = costs.crossings(0, {kPicture}, 1, 3);
  ASSERT_EQ(of_picture.size(), 2u);
  EXPECT_EQ(of_picture[0].level, 1u);
  EXPECT_EQ(of_picture[0].loss, 0);
  EXPECT_EQ(of_picture[1].level, 3u);
  EXPECT_NEAR(of_picture[1].loss, 0.015, 1e-9);
  EXPECT_LT(of_picture[1].bytes, of_picture[0].bytes);
  EXPECT_EQ(of_picture[0].codecs, std::vector{Codec::png});
  EXPECT_EQ(of_picture[1].codecs, std::vector{Codec::jpeg});
  EXPECT_EQ(costs.crossings(0, {kIndex}, 1, 3).size(), 1u);
}

TEST(WireCosts, CountsAMeasuredCodecsLossNotTheOtherPicturesOfItsTable) {
  profile::CodecTable table = measured();
  table.exit_accuracy = {0.95};
  for (profile::CodecRow& row : table.rows) *row.accuracy[0] += 0.05;
  const WireCosts costs(picture_network(), manifest(0.885, 0.897), 1, table);
  EXPECT_DOUBLE_EQ(*costs.accuracy(0, {kPicture}), 0.90) << "PNG loses nothing";
  EXPECT_NEAR(*costs.accuracy(0, {{2, 0}}), 0.898, 1e-9);
}

TEST(WireCosts, TellsWhenWhatTravelsTurnsOutOtherwise) {
  WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  const std::uint64_t before = costs.version();
  costs.add_sent(kPicture, Codec::jpeg, 5 * costs.bytes(kPicture), {});
  EXPECT_GT(costs.version(), before);
  const std::uint64_t after = costs.version();
  costs.add_sent(kPicture, Codec::jpeg, costs.bytes(kPicture), {});
  EXPECT_EQ(costs.version(), after);
}

TEST(WireCosts, OffersPlannersWhatALevelAllows) {
  const WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  const auto names = [&](std::size_t level) {
    std::vector<std::string> listed;
    const graph::LayerGraph graph = costs.with_codecs(picture_network(), level, false);
    for (const auto& codec : graph.units[0].codecs) listed.push_back(codec.name);
    return listed;
  };
  EXPECT_EQ(names(1), (std::vector<std::string>{"png"}));
  EXPECT_EQ(names(3), (std::vector<std::string>{"png", "jpeg"}));
  const graph::LayerGraph graph = costs.with_codecs(picture_network(), 2, false);
  ASSERT_EQ(graph.units[1].codecs.size(), 1u) << "two outputs: the smallest of each";
  const auto map_bytes =
      static_cast<std::int64_t>(transport::expected_bytes(Codec::int8, DType::f32, {1, 8, 16, 16}));
  EXPECT_EQ(graph.units[1].codecs[0].bytes, map_bytes + 16);
}

TEST(WireCosts, TellsPlannersWhatReallyTravels) {
  WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  costs.add_sent(kPicture, Codec::jpeg, 1000, {});
  const graph::LayerGraph graph = costs.with_wire_bytes(picture_network());
  EXPECT_EQ(graph.units[0].output_bytes, 1000);
  const auto map_bytes =
      static_cast<std::int64_t>(transport::expected_bytes(Codec::int8, DType::f32, {1, 8, 16, 16}));
  EXPECT_EQ(graph.units[1].output_bytes, map_bytes + 16);
}

}  // namespace
}  // namespace branchline::runtime

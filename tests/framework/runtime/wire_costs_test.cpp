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
  costs.add_sent(kPicture, 1000, std::chrono::microseconds(300));
  EXPECT_EQ(costs.bytes(kPicture), 1000);
  EXPECT_EQ(costs.encode_time(kPicture), std::chrono::microseconds(300));
  costs.add_sent(kPicture, 2000, std::chrono::microseconds(300));
  EXPECT_EQ(costs.bytes(kPicture), 1200);
}

TEST(WireCosts, TellsPlannersWhatReallyTravels) {
  WireCosts costs(picture_network(), manifest(0.885, 0.897), 1);
  costs.add_sent(kPicture, 1000, {});
  const graph::LayerGraph graph = costs.with_wire_bytes(picture_network());
  EXPECT_EQ(graph.units[0].output_bytes, 1000);
  const auto map_bytes =
      static_cast<std::int64_t>(transport::expected_bytes(Codec::int8, DType::f32, {1, 8, 16, 16}));
  EXPECT_EQ(graph.units[1].output_bytes, map_bytes + 16);
}

}  // namespace
}  // namespace branchline::runtime

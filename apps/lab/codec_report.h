#pragma once

#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/profile/codec_table.h"

namespace branchline::lab {

/// A network and what its codecs were measured to do.
struct CodecReport {
  graph::LayerGraph layers;
  profile::CodecTable table;
};

/// For people: per exit and codec the mean over the exit's cuts, the largest error and the largest
/// loss of accuracy; with `full` a line for each cut too.
std::string codec_text(const std::vector<CodecReport>& reports, bool full);

/// A line for each network, exit, cut and codec.
std::string codec_csv(const std::vector<CodecReport>& reports);

}  // namespace branchline::lab

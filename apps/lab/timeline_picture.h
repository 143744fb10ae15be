#pragma once

#include <string>
#include <vector>

#include "apps/lab/demo_story.h"

namespace branchline::lab {

/// CSV `schema,at_ns,uplink_bps,down`. @throws RunError when it cannot be written.
void write_link_csv(const std::string& file, const std::vector<LinkSample>& samples);

/// A gnuplot script that draws frames.csv and link.csv beside it as timeline.png: link capacity,
/// exit and place, latency against the deadline, device and edge time.
std::string timeline_script(const DemoStory& story);

}  // namespace branchline::lab

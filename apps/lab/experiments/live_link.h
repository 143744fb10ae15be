#pragma once

#include "apps/lab/experiments/link_experiment.h"

namespace branchline::lab {

/// As follow_virtual_link, in real time: frames of the protocol through the link emulator between
/// two sockets of this machine. The goodput measured is what the edge saw arrive, on its own clock,
/// over all frames of a phase. Takes as long as the frames do.
/// @throws RunError when the connection is lost
LinkRow follow_live_link(const LinkCase& link);

/// All at once, a thread each; in the order given.
std::vector<LinkRow> follow_live_links(const std::vector<LinkCase>& links);

}  // namespace branchline::lab

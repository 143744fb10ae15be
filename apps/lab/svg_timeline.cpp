#include "apps/lab/svg_timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/branchline/flags.h"

namespace branchline::lab {
namespace {

constexpr int kLeft = 40, kRight = 14, kTop = 22, kGap = 26;
constexpr double kMs = 1e6;

/// One lane: maps values to heights.
struct Lane {
  int top, height;
  double low, high;
  bool logarithmic = false;

  double y(double value) const {
    const double clipped = std::clamp(value, low, high);
    const double share = logarithmic ? std::log(clipped / low) / std::log(high / low)
                                     : (clipped - low) / (high - low);
    return top + height * (1 - share);
  }
  int bottom() const { return top + height; }
};

class Drawing {
 public:
  Drawing(const DemoStory& story, int width) : story_(story), width_(width) {
    double fastest = 1e6;
    for (const LinkSample& sample : story.link_samples) {
      fastest = std::max(fastest, sample.uplink_bps);
    }
    const double deadline_ms = static_cast<double>(story.deadline.count()) / kMs;
    link_ = {kTop, 90, 0.05, fastest * 1.5 / 1e6, true};
    exit_ = {link_.bottom() + kGap, 90, 0.5, story.exits + 0.5};
    latency_ = {exit_.bottom() + kGap, 150, 0, 1.6 * deadline_ms};
    spent_ = {latency_.bottom() + kGap, 100, 0, 1.2 * deadline_ms};
  }

  std::string draw() {
    out_ = fmt::format(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Link capacity, exit and place, "
        "latency and time spent over {:.0f} seconds\">",
        width_, spent_.bottom() + 24, seconds(story_.length));
    draw_down_time();
    draw_link();
    draw_exits();
    draw_latencies();
    draw_spent();
    draw_acts();
    return out_ + "</svg>";
  }

 private:
  static double seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }
  static double ms(Duration d) { return static_cast<double>(d.count()) / kMs; }
  double x(Duration at) const {
    return kLeft +
           (width_ - kLeft - kRight) * seconds(at) / std::max(0.001, seconds(story_.length));
  }

  void text(double at_x, double at_y, const std::string& words, const char* attributes) {
    out_ +=
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>", at_x, at_y, attributes, words);
  }

  void frame_lane(const Lane& lane, const std::string& title, const std::vector<double>& ticks) {
    text(kLeft, lane.top - 5, title, "class=\"lane\"");
    for (const double tick : ticks) {
      out_ += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
                          kLeft, width_ - kRight, lane.y(tick), lane.y(tick));
      text(kLeft - 4, lane.y(tick) + 3, fmt::format("{:g}", tick), "class=\"tick\"");
    }
  }

  void draw_down_time() {
    const auto& samples = story_.link_samples;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (!samples[i].down || (i > 0 && samples[i - 1].down)) continue;
      std::size_t last = i;
      while (last + 1 < samples.size() && samples[last + 1].down) ++last;
      const Duration until = last + 1 < samples.size() ? samples[last + 1].at : story_.length;
      out_ += fmt::format(
          "<rect class=\"down\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\"/>",
          x(samples[i].at), link_.top, x(until) - x(samples[i].at), spent_.bottom() - link_.top);
    }
  }

  void draw_link() {
    frame_lane(link_, "uplink, Mbit/s (area: emulated; line: as estimated)", {0.1, 1, 10});
    std::string path = fmt::format("M{:.1f},{}", x(Duration::zero()), link_.bottom());
    for (const LinkSample& sample : story_.link_samples) {
      path += fmt::format("V{:.1f}", link_.y(sample.uplink_bps / 1e6));
      const auto* next = &sample + 1;
      const bool last = &sample == &story_.link_samples.back();
      path += fmt::format("H{:.1f}", x(last ? story_.length : next->at));
    }
    out_ += fmt::format("<path class=\"area\" d=\"{}V{}Z\"/>", path, link_.bottom());
    std::string estimate;
    bool pen_down = false;
    for (const FrameRecord& r : story_.records) {
      const bool known = r.link_up && r.uplink_bps > 0;
      if (known) {
        estimate += fmt::format("{}{:.1f},{:.1f}", pen_down ? "L" : "M", x(r.arrival),
                                link_.y(r.uplink_bps / 1e6));
      }
      pen_down = known;
    }
    if (!estimate.empty()) out_ += "<path class=\"estimate\" d=\"" + estimate + "\"/>";
  }

  void draw_exits() {
    std::vector<double> ticks;
    for (int exit = 1; exit <= story_.exits; ++exit) ticks.push_back(exit);
    frame_lane(exit_, "exit of each answer, and where it came from", ticks);
    const double wide = std::max(
        2.0, (width_ - kLeft - kRight) / std::max<double>(1, double(story_.records.size())));
    for (const FrameRecord& r : story_.records) {
      if (!r.answered()) continue;
      out_ += fmt::format(
          "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"10\"/>",
          name_of(r.place), x(r.arrival), exit_.y(r.exit) - 5, wide);
    }
  }

  static std::string story_of(const FrameRecord& r) {
    return fmt::format("frame {} at {:.1f} s: exit {} on {}, {} ({})", r.frame, seconds(r.arrival),
                       r.exit, r.answered() ? name_of(r.place) : "-",
                       apps::show_duration(r.latency), name_of(r.why));
  }

  void draw_latencies() {
    const double deadline = ms(story_.deadline);
    frame_lane(latency_, "latency of each frame, ms (hollow: fallback, red: late)",
               {0, deadline / 2, deadline, 1.5 * deadline});
    out_ +=
        fmt::format("<line class=\"deadline\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
                    kLeft, width_ - kRight, latency_.y(deadline), latency_.y(deadline));
    for (const FrameRecord& r : story_.records) {
      const char* kind = !r.in_time() ? "late" : r.insured ? "insured" : "good";
      const double value = r.answered() ? ms(r.latency) : latency_.high;
      out_ += fmt::format(
          "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.4\"><title>{}</title></circle>",
          kind, x(r.arrival), latency_.y(value), story_of(r));
    }
  }

  void bar(const char* kind, Duration at, double from_ms, double to_ms) {
    const double y1 = spent_.y(from_ms), y2 = spent_.y(to_ms);
    if (y1 - y2 < 0.2) return;
    out_ += fmt::format(
        "<line class=\"bar {}\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" "
        "y2=\"{:.1f}\"/>",
        kind, x(at), x(at), y1, y2);
  }

  void draw_spent() {
    frame_lane(spent_, "time on the device, on the edge, on the link, ms",
               {0, ms(story_.deadline) / 2, ms(story_.deadline)});
    for (const FrameRecord& r : story_.records) {
      if (!r.answered()) continue;
      const double device = ms(r.timing.device), both = device + ms(r.timing.edge);
      bar("device", r.arrival, 0, device);
      bar("edge", r.arrival, device, both);
      bar("waiting", r.arrival, both, std::max(both, ms(r.latency)));
    }
    for (int s = 0; s <= static_cast<int>(seconds(story_.length)); s += 10) {
      text(x(std::chrono::seconds(s)), spent_.bottom() + 15, fmt::format("{} s", s),
           "class=\"second\"");
    }
  }

  void draw_acts() {
    for (const Act& act : story_.acts) {
      out_ += fmt::format("<line class=\"act\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/>",
                          x(act.begin), x(act.begin), link_.top, spent_.bottom());
      text(x(act.begin) + 3, link_.top + 11, act.name, "class=\"actname\"");
    }
  }

  const DemoStory& story_;
  int width_;
  Lane link_{}, exit_{}, latency_{}, spent_{};
  std::string out_;
};

}  // namespace

std::string svg_timeline(const DemoStory& story, int width) { return Drawing(story, width).draw(); }

}  // namespace branchline::lab

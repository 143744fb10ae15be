#include "apps/lab/timeline_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

double seconds_of(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

/// The red bands behind every lane: spans in which the link was down.
std::string down_bands(const std::vector<LinkSample>& samples, double end) {
  std::string text;
  int number = 10;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!samples[i].down || (i > 0 && samples[i - 1].down)) continue;
    std::size_t last = i;
    while (last + 1 < samples.size() && samples[last + 1].down) ++last;
    const double until = last + 1 < samples.size() ? seconds_of(samples[last + 1].at) : end;
    text += fmt::format(
        "set object {} rectangle from first {:.2f}, graph 0 to first {:.2f}, graph 1 "
        "fillcolor rgb '#fde2e2' fillstyle solid noborder behind\n",
        number++, seconds_of(samples[i].at), until);
  }
  return text;
}

std::string act_marks(const std::vector<Act>& acts) {
  std::string text;
  int number = 10;
  for (const Act& act : acts) {
    const double begin = seconds_of(act.begin);
    if (begin > 0) {
      text += fmt::format(
          "set arrow {} from first {:.2f}, graph 0 to first {:.2f}, graph 1 nohead "
          "linecolor rgb '#888888' dashtype 3\n",
          number, begin, begin);
    }
    text += fmt::format("set label {} '{}' at first {:.2f}, graph 1.10 left\n", number++, act.name,
                        begin);
  }
  return text;
}

double largest_mbit(const std::vector<LinkSample>& samples) {
  double largest = 1;
  for (const LinkSample& sample : samples) largest = std::max(largest, sample.uplink_bps / 1e6);
  return largest;
}

constexpr const char* kHeader =
    R"gp(# Draws timeline.png from frames.csv and link.csv: gnuplot timeline.gp
set terminal pngcairo size 1280,1080 font 'sans,12' background rgb 'white'
set output 'timeline.png'
set datafile separator ','
set datafile missing NaN
ours(x) = strcol('method') eq 'branchline' ? x : NaN
at_place(p) = strcol('place') eq p
t = 1e-9
set lmargin 11
set rmargin 17
set grid ytics linecolor rgb '#dddddd'
set border 3 linecolor rgb '#555555'
set tics nomirror
set key at graph 1.01, graph 1 left top Left reverse samplen 1.5
device = '#d9780f'
split = '#8b5cf6'
edge = '#0a7ea4'
)gp";

constexpr const char* kLanes = R"gp(
set multiplot
# 1: link capacity
set origin 0, 0.74
set size 1, 0.23
set ylabel "uplink\nMbit/s"
set logscale y
set yrange [0.05 : top_rate]
set format x ''
plot 'link.csv' using (column('at_ns')*t):(column('uplink_bps') > 5e4 ? column('uplink_bps')/1e6 : 0.05) with fillsteps fillstyle solid 0.35 linecolor rgb '#4d9e6b' title 'emulated', \
     'frames.csv' using (ours(column('arrival_ns')*t)):(column('link_up') > 0 && column('uplink_bps') > 0 ? column('uplink_bps')/1e6 : NaN) with dots linecolor rgb '#000000' notitle, \
     '' using (ours(column('arrival_ns')*t)):(column('link_up') > 0 && column('uplink_bps') > 0 ? column('uplink_bps')/1e6 : NaN) every 3 with points pointtype 7 pointsize 0.35 linecolor rgb '#14532d' title 'as estimated'
unset logscale y
# The names of the acts stand once, above the first lane.
do for [i=10:29] { unset label i }
# 2: exit and place of each answer
set origin 0, 0.53
set size 1, 0.21
set ylabel "exit of\nthe answer"
set yrange [0.5 : exits + 0.5]
set ytics 1
plot 'frames.csv' using (ours(column('arrival_ns')*t)):(column('exit') > 0 ? column('exit') : NaN) with steps linecolor rgb '#bbbbbb' notitle, \
     '' using (ours(column('arrival_ns')*t)):(at_place('device') ? column('exit') : NaN) with points pointtype 5 pointsize 0.7 linecolor rgb device title 'on the device', \
     '' using (ours(column('arrival_ns')*t)):(at_place('split') ? column('exit') : NaN) with points pointtype 5 pointsize 0.7 linecolor rgb split title 'split', \
     '' using (ours(column('arrival_ns')*t)):(at_place('edge') ? column('exit') : NaN) with points pointtype 5 pointsize 0.7 linecolor rgb edge title 'on the edge'
set ytics auto
# 3: latency of each frame against the deadline
set origin 0, 0.26
set size 1, 0.27
set ylabel "latency\nms"
set yrange [0 : 1.6 * deadline]
set arrow 1 from graph 0, first deadline to graph 1, first deadline nohead linecolor rgb '#c81e1e' linewidth 1.5
set label 1 'deadline' at graph 1.01, first deadline left textcolor rgb '#c81e1e'
latency = "(ours(column('latency_ns') < 1.55e6*deadline ? column('latency_ns')/1e6 : 1.55*deadline))"
good = "(column('latency_ns') <= column('deadline_ns') && column('insured') == 0)"
insured = "(column('latency_ns') <= column('deadline_ns') && column('insured') == 1)"
late = "(column('exit') == 0 || column('latency_ns') > column('deadline_ns'))"
plot 'frames.csv' using (column('arrival_ns')*t):(@good ? @latency : NaN) with points pointtype 7 pointsize 0.6 linecolor rgb '#1f6f43' title 'as planned', \
     '' using (column('arrival_ns')*t):(@insured ? @latency : NaN) with points pointtype 6 pointsize 0.8 linecolor rgb '#1f6f43' title 'fallback', \
     '' using (column('arrival_ns')*t):(@late ? @latency : NaN) with points pointtype 7 pointsize 0.8 linecolor rgb '#c81e1e' title 'late or lost'
unset arrow 1
unset label 1
# 4 : where the time went
set origin 0, 0.02
set size 1, 0.24
set ylabel "time spent\nms"
set yrange [0 : 1.6 * deadline]
set format x '%g'
set xlabel 'time / s'
set style fill solid 0.85 noborder
dev = "(ours(column('device_ns')/1e6))"
upl = "((column('latency_ns') - column('device_ns') - column('edge_ns'))/1e6)"
plot 'frames.csv' using (column('arrival_ns')*t):(column('exit') > 0 ? ours(column('latency_ns')/1e6) : NaN) with impulses linewidth 3 linecolor rgb '#c9ced6' title 'link, waiting', \
     '' using (column('arrival_ns')*t):(@dev + column('edge_ns')/1e6) with impulses linewidth 3 linecolor rgb edge title 'edge', \
     '' using (column('arrival_ns')*t):(@dev) with impulses linewidth 3 linecolor rgb device title 'device'
unset multiplot
)gp";

}  // namespace

void write_link_csv(const std::string& file, const std::vector<LinkSample>& samples) {
  std::ofstream out(file);
  out << "schema,at_ns,uplink_bps,down\n";
  for (const LinkSample& sample : samples) {
    out << "branchline.link/1," << sample.at.count() << ','
        << static_cast<std::int64_t>(sample.uplink_bps) << ',' << (sample.down ? 1 : 0) << '\n';
  }
  out.flush();
  if (!out) throw RunError(file + ": cannot be written; is the disk full?");
}

std::string timeline_script(const DemoStory& story) {
  const double end = seconds_of(story.length);
  return kHeader +
         fmt::format("deadline = {:.3f}\nexits = {}\ntop_rate = {:.3g}\nset xrange [0 : {:.3f}]\n",
                     seconds_of(story.deadline) * 1e3, story.exits,
                     2 * largest_mbit(story.link_samples), end) +
         down_bands(story.link_samples, end) + act_marks(story.acts) + kLanes;
}

}  // namespace branchline::lab

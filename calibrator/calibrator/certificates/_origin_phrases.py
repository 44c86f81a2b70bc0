"""What a source says in plain English, put into Chinese: words of a procedure or bench, no document's title.

A record keeps a source as one text; titles of documents and what is not known here stay as written.
"""

from __future__ import annotations

import re
from typing import Final

from calibrator.procedure import Text

__all__ = ["instrument_name", "phrased"]

# a whole part of a source, between semicolons: its pattern, and the Chinese with what the pattern found
_PHRASES: Final = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"a third of the class since the last calibration", "自上次校准以来变化取等级允差的三分之一"),
        (
            r"a quarter of the class: density of the weights \((.+), ([\d.]+)\)",
            r"砝码密度：取等级允差的四分之一（\1，\2）",
        ),
        (
            r"weights within (\S+) K of the air \((.+), appendix (\w)\)",
            r"砝码与空气温差不超过 \1 K（\2，附录 \3）",
        ),
        (r"(OIML R \S+), class (\w+), nominal value", r"\1，\2 级，标称值"),
        (r"(OIML R \S+), class (\w+), e = (\S+ \w+), initial verification", r"\1，\2 级，e = \3，首次检定"),
        (r"1-year specification of the (\w+)", r"\1 的 1 年技术指标"),
        (
            r"EMF that swapping low-thermal spade lugs leaves behind after a minute",
            r"对调低热电势叉形接头一分钟后残余的热电动势",
        ),
        (r"two leads of (\S+) m, (\S+) mm² copper, with contacts", r"两根 \1 m、\2 mm² 铜引线，含接触电阻"),
        (r"low-thermal leads, terminals within (\S+) K", r"低热电势引线，端子温差不超过 \1 K"),
        (r"low-thermal copper short, junctions within (\S+) K", r"低热电势铜短路件，结点温差不超过 \1 K"),
        (r"copper terminals and leads, within (\S+) K", r"铜端子和引线，温差不超过 \1 K"),
        (r"insulation of (\S+) Ω at least", r"绝缘电阻不低于 \1 Ω"),
        (r"insulation of at least (\S+) Ω, PTFE leads", r"绝缘电阻不低于 \1 Ω，PTFE 引线"),
        (r"range term of the (\w+) specification", r"\1 技术指标的量程项"),
        (r"set-up of the Service Guide, chapter (\d+), p\. (\d+)", r"维修手册第 \1 章第 \2 页的接线与设置"),
        (
            r"(\w+) Service Guide, chapter (\d+), p\. (\d+) for the sum of terms",
            r"\1 维修手册第 \2 章第 \3 页（各项之和）",
        ),
        (r"(\w+) specification, as remembered", r"\1 技术指标（凭记忆）"),
        (r"times ten below (\S+ \w+)", r"低于 \1 时乘以十"),
        (r"(\S+ Ω) without Null", r"未置零时为 \1"),
        (r"set at the source", "在源上设定"),
        (
            r"self-calibration not stated: the"
            r"  figure holds within (\S+) h and (\S+) °C of the last self-calibration",
            r"未说明自校准：该值仅在上次自校准后 \1 h、\2 °C 内成立",
        ),
        (r"its error is below (\S+) of what it decides here", r"其误差低于所定影响的 \1"),
        (r"with an addition \(quadratic\)", "含附加项（按平方）"),
        (r"with an addition \((.+)\)", r"含附加项（\1）"),
        (
            r"input capacitance, point table of ([^,]+), and of the leads, (\S+) m of shielded pair",
            r"\1 校准点表的输入电容，以及 \2 m 屏蔽双绞线的电容",
        ),
        (r"(Fluke \w+) specification: display and block", r"\1 技术指标：示值与均热块"),
        (r"(Fluke \w+) specification: homogeneity and loading", r"\1 技术指标：均匀性与加载影响"),
        (r"certificate of the standard thermometer ([\w-]+)", r"标准温度计 \1 的证书"),
        (
            r"certificate of the standard thermometer ([\w-]+), (\S+) to (\S+) °C",
            r"标准温度计 \1 的证书，\2 至 \3 °C",
        ),
        (
            r"certificate of the standard thermometer ([\w-]+), (\S+) to (\S+) °C, "
            r"at (\S+) mA in a stirred bath",
            r"标准温度计 \1 的证书，\2 至 \3 °C，搅拌槽中 \4 mA",
        ),
        (
            r"drift of the standard thermometer since its certificate, its history",
            "标准温度计自证书日起的漂移（按其历史）",
        ),
        (
            r"self-heating at (\S+) mA, this bath against that of the certificate",
            r"\1 mA 下的自热：本槽与证书所用槽之差",
        ),
        (r"(\w+): between two places at one depth, at the full span", r"\1：同一深度两处之间，满量程"),
        (r"(\w+): between borings, at the full span, to (\S+) °C", r"\1：各孔之间，满量程，至 \2 °C"),
        (
            r"(\w+): (\S+) K over (\S+) mm, sensors within (\S+) mm in height, at the full span",
            r"\1：每 \3 mm 为 \2 K，传感器高差不超过 \4 mm，满量程",
        ),
        (
            r"(\w+): (\S+) K over (\S+) mm, drawn out by (\S+) mm, at the full span",
            r"\1：每 \3 mm 为 \2 K，抽出 \4 mm，满量程",
        ),
        (r"room to (\S+) °C", r"室温至 \1 °C"),
        (r"(\w+): error of its own reference junction", r"\1：自带参考端的误差"),
        (r"wires of a new type (\w), relative to the voltage", r"新的 \1 型热电偶丝，按热电动势的相对值"),
        (r"verified at another depth", "在另一插入深度核验"),
        (
            r"EURAMET cg-8: inhomogeneity of type (\w), (\S+) % of t",
            r"EURAMET cg-8：\1 型热电偶的不均匀性，t 的 \2 %",
        ),
        (r"(IEC \S+), type (\w), tolerance class (\w+)", r"\1，\2 型，\3 级允差"),
        (r"(IEC \S+), tolerance class (\w+): (.+)", r"\1，\2 级允差：\3"),
        (
            r"(IEC \S+), class (\S+), (\S+) Ib to Imax, power factor (\S+)",
            r"\1，\2 级，\3 Ib 至 Imax，功率因数 \4",
        ),
        (
            r"(IEC \S+), class (\S+), (\S+) Ib to Imax, power factor (\S+) inductive",
            r"\1，\2 级，\3 Ib 至 Imax，功率因数 \4（感性）",
        ),
        (
            r"(\w+) data sheet: (\S+) ppm in (\d+) days, (\S+) ppm in a year",
            r"\1 数据表：\3 天内 \2 ppm，1 年内 \4 ppm",
        ),
        (
            r"locked disciplined oscillator: deviation from nominal, means over 1 s and longer",
            "锁定的驯服振荡器：对标称值的偏差，1 s 及以上的平均值",
        ),
        (r"(\S+) holds for a mean over a day only", r"\1 仅适用于一天的平均值"),
        (r"measured with a rule", "用直尺测量"),
        (r"(\S+) % of full scale \(maker's figure\)", r"满量程的 \1 %（制造商数据）"),
        (r"hysteresis as (JJG \S+)", r"回差按 \1"),
        (r"point table of ([^:]+)", r"\1 的校准点表"),
    )
)
_POINT_TABLE: Final = re.compile(r"point table of (.+?): (.+)")
_TABLE: Final = re.compile(r"(?<=point table of )\w+")


def instrument_name(table: str) -> str:
    """Return an accuracy table's id as the instrument's name: "Fluke 5522A" for "fluke_5522a"."""
    words = table.split("_")
    return " ".join(word.upper() if any(c.isdigit() for c in word) else word.capitalize() for word in words)


def phrased(source: str) -> Text:
    """Return a source in both languages; the same twice where no part of it is known.

    Example:
        >>> phrased("measured with a rule; room to 150 °C").zh
        '用直尺测量；室温至 150 °C'
    """
    english = _TABLE.sub(lambda found: instrument_name(found[0]), source)
    parts = english.split("; ")
    chinese = [_chinese(part) for part in parts]
    return Text(english, "；".join(chinese) if chinese != parts else english)


def _chinese(part: str) -> str:
    table = _POINT_TABLE.fullmatch(part)
    if table is not None:
        return f"{table[1]} 的校准点表：{_chinese(table[2])}"
    for pattern, chinese in _PHRASES:
        found = pattern.fullmatch(part)
        if found is not None:
            return found.expand(chinese)
    return part

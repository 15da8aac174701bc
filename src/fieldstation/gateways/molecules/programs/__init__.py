"""Programs that read molecules, for the inside of a sandbox: nothing of them knows a station.

They are copied to where every run can read them, beside RDKit; what they are given is in their arguments, and what they
found lies in files of the folder that they start in.
"""

"""Editable station plans (TOML) in, valid IFC4 building models with real geometry out.

The modules, in the order in which a plan passes through them:

``located``   TOML that remembers the line of every table and key
``model``     the plan as frozen values, in site metres
``plan``      TOML tables → values, with errors that name file, line and remedy
``exits``     the street exit: one table becomes stairwell, stair, escalators, head and shutter
``network``   the plan as a graph: what can be reached, and what can be reached step-free
``parts``     reusable parts: screen doors, gate rows, stairs with landings, escalators, lifts
``geometry``  footprints, shared edges, walls
``checks``    rules over the whole plan
``solids``    extruded bodies of the parts
``writer``    deterministic IFC4 entities
``ifc``       the station written as IFC4
``preview``   one SVG drawing a storey
"""
